using System.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>One connection inside one read-only transaction. Not thread-safe.</summary>
internal sealed class SnapshotSession(StoreTransaction transaction) : IAsyncDisposable
{
    private const string Savepoint = "eden_read";

    public NpgsqlConnection Connection => transaction.Connection;

    /// <summary>Begins a transaction that reads another session's snapshot, with the same search path.</summary>
    public static Task<SnapshotSession> OpenAsync(NpgsqlDataSource dataSource, ExportedSnapshot exported, ILogger logger, CancellationToken cancellationToken)
        => StoreTransaction.BeginAsync(
            dataSource,
            SessionKind.Snapshot,

            // The name is the server's own, hexadecimal digits and hyphens; the statement takes no parameter.
            $"SET TRANSACTION SNAPSHOT '{exported.Name.Replace("'", "''", StringComparison.Ordinal)}'; ",
            async (transaction, token) =>
            {
                // A role's or a pooler's default may have changed in between, and then the same names are other tables.
                var command = StoreStatement.Of("SELECT set_config('search_path', $1, true)", transaction.Connection);
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = exported.SearchPath });
                await using var disposing = command.ConfigureAwait(false);
                await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
                return new SnapshotSession(transaction);
            },
            logger,
            cancellationToken);

    /// <summary>Lets other sessions read from the same snapshot, for as long as this one lives.</summary>
    public async Task<ExportedSnapshot> ExportAsync(CancellationToken cancellationToken)
    {
        var command = StoreStatement.Of("SELECT pg_export_snapshot(), current_setting('search_path')", Connection);
        await using var disposing = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new ExportedSnapshot(reader.GetString(0), reader.GetString(1));
    }

    /// <summary>Marks where to return to when the next reading is given up: a cancelled statement spoils the transaction around it.</summary>
    public Task BeginReadAsync(CancellationToken cancellationToken) => transaction.Transaction.SaveAsync(Savepoint, cancellationToken);

    public async ValueTask EndReadAsync(bool isComplete)
    {
        if (!Connection.FullState.HasFlag(ConnectionState.Open))
        {
            // The connection broke; there is no transaction left to mend.
            return;
        }

        // Not cancelled: it is one short statement, and the session is unusable without it.
        await (isComplete ? transaction.Transaction.ReleaseAsync(Savepoint) : transaction.Transaction.RollbackAsync(Savepoint)).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}
