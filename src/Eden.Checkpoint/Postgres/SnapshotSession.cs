using System.Data;
using Npgsql;

namespace Eden.Checkpoint.Postgres;

/// <summary>One connection inside one read-only transaction. Not thread-safe.</summary>
internal sealed class SnapshotSession : IAsyncDisposable
{
    private const string Savepoint = "eden_read";
    private readonly NpgsqlTransaction _transaction;

    private SnapshotSession(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        Connection = connection;
        _transaction = transaction;
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>Begins a transaction. Without a snapshot to share, the next statement fixes its own.</summary>
    /// <remarks>The name of a snapshot to share is what another session's <see cref="ExportAsync"/> gave.</remarks>
    public static async Task<SnapshotSession> OpenAsync(NpgsqlDataSource dataSource, string? exported, CancellationToken cancellationToken)
    {
        var connection = await StoreConnection.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
        NpgsqlTransaction? transaction = null;
        try
        {
            transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);

            // The name is the server's own, hexadecimal digits and hyphens; the statement takes no parameter.
            var sql = exported is null ? "SET TRANSACTION READ ONLY" : $"SET TRANSACTION READ ONLY; SET TRANSACTION SNAPSHOT '{exported.Replace("'", "''", StringComparison.Ordinal)}'";
#pragma warning disable CA2100
            var command = new NpgsqlCommand(sql, connection, transaction);
#pragma warning restore CA2100
            await using var disposing = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return new SnapshotSession(connection, transaction);
        }
        catch
        {
            if (transaction is not null)
            {
                await transaction.DisposeAsync().ConfigureAwait(false);
            }

            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets other sessions read from the same snapshot, for as long as this one lives.</summary>
    public async Task<string> ExportAsync(CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT pg_export_snapshot()", Connection, _transaction);
        await using var disposing = command.ConfigureAwait(false);
        return (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Marks where to return to when the next reading is given up: a cancelled statement spoils the transaction around it.</summary>
    public Task BeginReadAsync(CancellationToken cancellationToken) => _transaction.SaveAsync(Savepoint, cancellationToken);

    public async ValueTask EndReadAsync(bool isComplete)
    {
        if (!Connection.FullState.HasFlag(ConnectionState.Open))
        {
            // The connection broke; there is no transaction left to mend.
            return;
        }

        // Not cancelled: it is one short statement, and the session is unusable without it.
        await (isComplete ? _transaction.ReleaseAsync(Savepoint) : _transaction.RollbackAsync(Savepoint)).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        // Rolls back; a broken connection has no transaction left and is not put back into the pool.
        await _transaction.DisposeAsync().ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
    }
}
