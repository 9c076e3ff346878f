using System.Transactions;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Opens the connections of this library's own work.</summary>
internal static class StoreConnection
{
    /// <summary>Opens one outside of any transaction around the call; a cancelled call ends at once.</summary>
    /// <exception cref="NpgsqlException">There is no connection, whatever the cause; the message has it.</exception>
    /// <remarks>An enlisted connection would read inside the caller's transaction, at its isolation level and for as long as it lives, and would leave our commit to it.</remarks>
    public static async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        using var outside = Transaction.Current is null ? null : new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        var opening = dataSource.OpenConnectionAsync(cancellationToken).AsTask();
        try
        {
            // Once the server has accepted, Npgsql waits for its greeting as long as the connection string's Timeout says, whatever becomes of the token;
            // with Timeout=0, for ever.
            var connection = await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            outside?.Complete();
            return connection;
        }
        catch (OperationCanceledException)
        {
            _ = GiveBackAsync(opening);
            throw;
        }
        catch (Exception failure) when (ConnectionFailure.IsOne(failure))
        {
            throw await ConnectionFailure.ExplainAsync(dataSource, failure, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Puts the connection of an attempt that nobody waits for any more into the pool, if it ever comes.</summary>
    private static async Task GiveBackAsync(Task<NpgsqlConnection> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            await (await opening.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }
}
