using System.Data;
using Eden.Checkpoint.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>A connection inside a transaction of this library, with the settings pinned that its statements depend on. Not thread-safe.</summary>
internal sealed class StoreTransaction : IAsyncDisposable
{
    private StoreTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        Connection = connection;
        Transaction = transaction;
    }

    public NpgsqlConnection Connection { get; }

    public NpgsqlTransaction Transaction { get; }

    /// <summary>Begins a transaction and does the first work in it, once more on a new connection when the one at hand turns out to be broken: a
    /// pool does not know that the server was restarted or has ended an idle session.</summary>
    /// <param name="dataSource">Where the connection comes from.</param>
    /// <param name="kind">What the transaction is for.</param>
    /// <param name="before">A statement that must come before those that pin the settings, with its semicolon; empty for none.</param>
    /// <param name="first">The work; it must bear to be done twice. What it returns may keep the transaction, which is disposed only when the work fails.</param>
    /// <param name="logger">Is told of a broken connection.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task<T> BeginAsync<T>(
        NpgsqlDataSource dataSource, SessionKind kind, string before, Func<StoreTransaction, CancellationToken, Task<T>> first, ILogger logger,
        CancellationToken cancellationToken)
    {
        SessionSettings.RequireUtf8(dataSource);
        for (var isSecond = false; ; isSecond = true)
        {
            var connection = await StoreConnection.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
            NpgsqlTransaction? transaction = null;
            try
            {
                // Nothing is sent yet: the statement that begins it goes ahead of the next one.
                transaction = await connection.BeginTransactionAsync(kind.Isolation, cancellationToken).ConfigureAwait(false);
                await PinAsync(connection, kind, before, cancellationToken).ConfigureAwait(false);
                return await first(new StoreTransaction(connection, transaction), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                var isBroken = !connection.FullState.HasFlag(ConnectionState.Open);
                await DisposeAsync(connection, transaction).ConfigureAwait(false);
                if (isSecond || !isBroken || failure is not (NpgsqlException or IOException) || cancellationToken.IsCancellationRequested)
                {
                    throw;
                }

                // Those that are idle are as old. Connections in use are not touched.
                dataSource.Clear();
                Log.StaleConnection(logger, failure.Message);
            }
        }
    }

    /// <summary>Rolls back what was not committed. A broken connection has no transaction left and is not put back into the pool.</summary>
    public ValueTask DisposeAsync() => DisposeAsync(Connection, Transaction);

    private static async Task PinAsync(NpgsqlConnection connection, SessionKind kind, string before, CancellationToken cancellationToken)
    {
        var command = StoreStatement.Of(before + SessionSettings.Pin(connection, kind), connection);
        await using var disposing = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask DisposeAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction)
    {
        if (transaction is not null)
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
