using System.Data;
using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Model;
using Eden.Shared;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Renders the row of <c>experiment</c> as <c>experiment.json</c> (spec §4): what is null is left out, JSON columns go in as they are stored.</summary>
internal static class ExperimentRow
{
    private const string Sql =
        "SELECT experiment_id, state, created_at, base_commit_sha, name, imported_from, dispatch_mode FROM experiment ORDER BY experiment_id LIMIT 2";

    private static readonly (string Name, bool IsJson)[] s_fields =
    [
        ("experiment_id", false), ("state", false), ("created_at", false), ("base_commit_sha", false), ("name", false), ("imported_from", true), ("dispatch_mode", true),
    ];

    public static async Task<(string Id, ReadOnlyMemory<byte> Record)> ReadAsync(
        NpgsqlConnection connection, PostgresCheckpointStoreOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(connection, options, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException refusal) when (UnreadableText.IsOne(refusal))
        {
            throw UnreadableText.In(refusal, RegistryFiles.Experiment, null);
        }
    }

    private static async Task<(string Id, ReadOnlyMemory<byte> Record)> FindAsync(
        NpgsqlConnection connection, PostgresCheckpointStoreOptions options, CancellationToken cancellationToken)
    {
        var command = StoreStatement.Of(Sql, connection);
        await using var disposingCommand = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken).ConfigureAwait(false);
        await using var disposingReader = reader.ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new ExperimentNotFoundException("The database holds no experiment: its table experiment is empty.");
        }

        using var record = new RowBuffer(options.Limits.MaxExperimentBytes);
        var id = await RenderAsync(reader, record, options, cancellationToken).ConfigureAwait(false);
        if (options.ExperimentId is { } expected && id != expected)
        {
            throw new ExperimentNotFoundException($"The database holds no experiment {expected}.");
        }

        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? throw Invalid(CheckpointRule.Record, id, null, "The table experiment has more than one row; the other tables cannot say whose their rows are.")
            : (id, record.Written.ToArray());
    }

    private static async Task<string> RenderAsync(
        NpgsqlDataReader reader, RowBuffer record, PostgresCheckpointStoreOptions options, CancellationToken cancellationToken)
    {
        var id = "";
        var fits = record.TryAppend("{"u8);
        using var column = new RowBuffer(record.Limit);
        for (var ordinal = 0; ordinal < s_fields.Length && fits; ordinal++)
        {
            if (await reader.IsDBNullAsync(ordinal, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            var (name, isJson) = s_fields[ordinal];
            column.Clear();
            fits = await column.TryAppendAsync(reader, ordinal, cancellationToken).ConfigureAwait(false);
            if (fits && isJson && !IsOneValue(column.Written.Span, options.Limits.MaxJsonDepth))
            {
                throw Invalid(CheckpointRule.Json, id, name, "The column does not hold one JSON value.");
            }

            var value = column.Written.Span;
            id = ordinal == 0 && fits ? Encoding.UTF8.GetString(value) : id;
            fits = fits && (ordinal == 0 || record.TryAppend(","u8))
                && record.TryAppendJsonString(Encoding.UTF8.GetBytes(name)) && record.TryAppend(":"u8)
                && (isJson ? record.TryAppend(value) : record.TryAppendJsonString(value));
        }

        return fits && record.TryAppend("}"u8)
            ? id
            : throw Invalid(CheckpointRule.Limit, id, null, $"The record is longer than the {record.Limit} bytes it may have.");
    }

    /// <summary>Stored text that ends one value and begins another would smuggle fields into the record.</summary>
    private static bool IsOneValue(ReadOnlySpan<byte> json, int maxDepth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static CheckpointInvalidException Invalid(CheckpointRule rule, string id, string? field, string message)
        => new(new CheckpointViolation(rule, RegistryFiles.Experiment, null, ShortText.Of(id, 200), field, message));
}
