using System.Text;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Model;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>An import in one serializable transaction on one connection.</summary>
internal sealed class PostgresImport : IStoreImport
{
    // PostgreSQL takes no JSON text apart that has an escaped NUL anywhere. Ids have none, so any other escape of that length does in its place.
    private const string MembershipSql = """
        INSERT INTO group_membership (group_id, member_id, "position")
        SELECT DISTINCT ON (g.group_id, m.member) g.group_id, m.member, (m.place - 1)::integer
        FROM worker_group g, json_array_elements_text(replace(g.data, E'\\u0000', E'\\u0001')::json -> 'members') WITH ORDINALITY AS m (member, place)
        ORDER BY g.group_id, m.member, m.place
        """;

    // A deployment's counter of event ids goes on from max(seq) + 1, and the rows are numbered anew: where numbers were left out in the source, the
    // last row moves up to the highest id there is, so that no id comes again.
    private const string AdvanceSql = """
        SELECT setval(pg_get_serial_sequence('event', 'seq'), $1 - 1) WHERE (SELECT max(seq) FROM event) < $1
        """;

    private const string MoveLastSql = """
        UPDATE event SET seq = DEFAULT WHERE seq = (SELECT max(seq) FROM event) AND seq < $1
        """;

    private const string InsertSql = """
        INSERT INTO experiment (experiment_id, state, created_at, base_commit_sha, name, imported_from, dispatch_mode) VALUES ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string UpdateSql = """
        UPDATE experiment SET state = $2, created_at = $3, base_commit_sha = $4, name = COALESCE(name, $5), imported_from = $6, dispatch_mode = $7 WHERE experiment_id = $1
        """;

    private readonly ImportSession _session;
    private readonly bool _hasExperiment;
    private readonly ILogger _logger;
    private long _highestEvent;
    private bool _ended;

    public PostgresImport(ImportSession session, string experimentId, bool hasExperiment, ILogger logger)
    {
        _session = session;
        _hasExperiment = hasExperiment;
        _logger = logger;
        ExperimentId = experimentId;
    }

    public string ExperimentId { get; }

    public async Task<long> WriteRowsAsync(RegistryKind kind, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (kind == RegistryKind.Workers)
        {
            throw new ArgumentException("Workers are written with their credentials.", nameof(kind));
        }

        var count = await CopyAsync(CopyLayout.For(kind), rows, null, cancellationToken).ConfigureAwait(false);
        if (kind == RegistryKind.Groups && count > 0)
        {
            await ImportSession.RunAsync(token => ImportTarget.ExecuteAsync(_session.Connection, MembershipSql, token), cancellationToken).ConfigureAwait(false);
        }

        if (kind == RegistryKind.Events && _highestEvent > count)
        {
            await RunAsync(AdvanceSql, _highestEvent, cancellationToken).ConfigureAwait(false);
            await RunAsync(MoveLastSql, _highestEvent, cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    public Task<long> WriteWorkersAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> rows, IReadOnlyDictionary<string, string> credentialHashes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(credentialHashes);
        return CopyAsync(CopyLayout.For(RegistryKind.Workers), rows, credentialHashes, cancellationToken);
    }

    public async Task<IReadOnlyList<string>> WriteExperimentAsync(StoreExperiment experiment, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        await ImportSession.RunAsync(
            async token =>
            {
                var command = StoreStatement.Of(_hasExperiment ? UpdateSql : InsertSql, _session.Connection);
                await using var disposing = command.ConfigureAwait(false);
                foreach (var value in (string?[])[ExperimentId, experiment.State, experiment.CreatedAt, experiment.BaseCommitSha, experiment.Name,
                    Encoding.UTF8.GetString(experiment.ImportedFrom.Span),
                    experiment.DispatchMode.IsEmpty ? DispatchDefaults.Text : Encoding.UTF8.GetString(experiment.DispatchMode.Span)])
                {
                    command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)value ?? DBNull.Value);
                }

                await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return [.. experiment.UnknownFields.Select(field => field.Key)];
    }

    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        // What a database checks at the end of a transaction grows with the rows. The commit itself, whose outcome is in doubt when it takes too long, is quick then.
        await ImportSession.RunAsync(token => ImportTarget.ExecuteAsync(_session.Connection, "SET CONSTRAINTS ALL IMMEDIATE", token), cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _ended = true;
        await _session.CommitAsync().ConfigureAwait(false);
        Log.ImportCommitted(_logger, ExperimentId);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            Log.ImportTakenBack(_logger, ExperimentId);
        }

        await _session.DisposeAsync().ConfigureAwait(false);
    }

    private Task RunAsync(string sql, long value, CancellationToken cancellationToken)
        => ImportSession.RunAsync(
            async token =>
            {
                var command = StoreStatement.Of(sql, _session.Connection);
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
                await using var disposing = command.ConfigureAwait(false);
                await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            },
            cancellationToken);

    private async Task<long> CopyAsync(
        CopyLayout layout, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, IReadOnlyDictionary<string, string>? hashes, CancellationToken cancellationToken)
    {
        var count = 0L;
        try
        {
            var copy = await StoreStatement.BeginCopyAsync(layout.Statement, _session.Connection, cancellationToken).ConfigureAwait(false);
            var completed = false;
            try
            {
                using var frame = new CopyFrame(copy);
                var columns = new CopyRow(layout);
                var areEvents = layout.IsEvents;
                frame.Begin();
                await foreach (var row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    columns.Append(frame, ++count, row.Span, hashes);
                    _highestEvent = areEvents ? Math.Max(_highestEvent, EventNumber.Of(columns.Key)) : _highestEvent;
                    if (frame.IsFull)
                    {
                        await frame.SendAsync(cancellationToken).ConfigureAwait(false);
                    }
                }

                frame.End();
                await frame.SendAsync(cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                completed = true;
            }
            finally
            {
                await EndAsync(copy, completed).ConfigureAwait(false);
            }
        }
        catch (PostgresException refusal)
        {
            throw ImportSession.Translate(refusal, layout.Member);
        }

        Log.RegistryWritten(_logger, ExperimentId, layout.Member, count);
        return count;
    }

    /// <summary>Disposing completes a COPY, so one that failed is cancelled first.</summary>
    private static async Task EndAsync(NpgsqlRawCopyStream copy, bool completed)
    {
        if (completed)
        {
            await copy.DisposeAsync().ConfigureAwait(false);
            return;
        }

        try
        {
            await copy.CancelAsync().ConfigureAwait(false);
            await copy.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The failure that led here is on its way to the caller; the connection goes, and the transaction with it.
        }
    }
}
