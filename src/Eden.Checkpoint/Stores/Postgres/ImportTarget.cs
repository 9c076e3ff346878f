using System.Text.Json;
using Eden.Checkpoint.Model;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>The receiver's experiment as an import finds it.</summary>
/// <param name="ExperimentId">Its id; <see langword="null"/> when the table has no row.</param>
internal sealed record ImportTarget(string? ExperimentId)
{
    // Tables in one fixed order, so that two imports cannot wait for each other. Readers go on; whoever writes waits until the import has ended,
    // and what was written before is seen by the check below: a serializable transaction takes its snapshot after its locks.
    private const string Lock = "LOCK TABLE experiment, task, submission, idea, variant, event, worker, worker_group, group_membership IN EXCLUSIVE MODE";

    private const string FindRows = """
        SELECT EXISTS (SELECT FROM task), EXISTS (SELECT FROM idea), EXISTS (SELECT FROM variant), EXISTS (SELECT FROM submission),
            EXISTS (SELECT FROM event), EXISTS (SELECT FROM worker), EXISTS (SELECT FROM worker_group)
        """;

    private const string FindExperiment = "SELECT experiment_id, state, dispatch_mode, imported_from FROM experiment LIMIT 2";

    private static readonly string[] s_registries = ["tasks", "ideas", "variants", "submissions", "events", "workers", "groups"];

    /// <summary>Locks the target and finds that it is empty (spec §8).</summary>
    /// <exception cref="ExperimentIdConflictException">It is not.</exception>
    public static async Task<ImportTarget> ClaimAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, Lock, cancellationToken).ConfigureAwait(false);
        if (await PostgresCheckpointSchema.FindVersionAsync(connection, cancellationToken).ConfigureAwait(false) is var found && found != SchemaText.Version)
        {
            throw new PostgresSchemaVersionException(found);
        }

        await RefuseRowsAsync(connection, cancellationToken).ConfigureAwait(false);
        return await FindExperimentAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = StoreStatement.Of(sql, connection);
        await using var disposing = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task RefuseRowsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = StoreStatement.Of(FindRows, connection);
        await using var disposing = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var present = s_registries.Where((_, column) => reader.GetBoolean(column)).ToArray();
        if (present.Length > 0)
        {
            throw new ExperimentIdConflictException($"The target is not empty: it has {string.Join(", ", present)}.");
        }
    }

    private static async Task<ImportTarget> FindExperimentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = StoreStatement.Of(FindExperiment, connection);
        await using var disposing = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return new ImportTarget((string?)null);
        }

        var id = reader.GetString(0);
        if (!await reader.IsDBNullAsync(3, cancellationToken).ConfigureAwait(false))
        {
            throw new ExperimentIdConflictException($"The target {id} was itself imported from a checkpoint.");
        }

        if (reader.GetString(1) != "running")
        {
            throw new ExperimentIdConflictException($"The target {id} is not running.");
        }

        if (!IsDefault(reader.GetString(2)))
        {
            throw new ExperimentIdConflictException($"The target {id} has another dispatch mode than the default.");
        }

        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? throw new ExperimentIdConflictException("The target holds more than one experiment.")
            : new ImportTarget(id);
    }

    private static bool IsDefault(string dispatchMode)
    {
        try
        {
            using var document = JsonDocument.Parse(dispatchMode);
            return DispatchDefaults.Match(document.RootElement);
        }
        catch (JsonException)
        {
            // Whatever it is, it is not what a fresh experiment has.
            return false;
        }
    }
}
