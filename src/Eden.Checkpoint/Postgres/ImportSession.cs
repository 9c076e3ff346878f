using System.Data;
using Npgsql;

namespace Eden.Checkpoint.Postgres;

/// <summary>One connection inside one serializable transaction that writes. Not thread-safe.</summary>
internal sealed class ImportSession : IAsyncDisposable
{
    private const int OutcomeQuestions = 12;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);

    private readonly NpgsqlDataSource _dataSource;
    private readonly TimeProvider _timeProvider;
    private readonly NpgsqlTransaction _transaction;
    private long _transactionId;
    private bool _isCommitted;

    private ImportSession(NpgsqlDataSource dataSource, TimeProvider timeProvider, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _dataSource = dataSource;
        _timeProvider = timeProvider;
        _transaction = transaction;
        Connection = connection;
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>Begins a transaction, locks the target and finds it empty.</summary>
    public static async Task<(ImportSession Session, ImportTarget Target)> OpenAsync(
        NpgsqlDataSource dataSource, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var connection = await StoreConnection.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
        ImportSession? session = null;
        try
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken).ConfigureAwait(false);
            session = new ImportSession(dataSource, timeProvider, connection, transaction);
            ImportTarget? target = null;
            await RunAsync(
                async token =>
                {
                    target = await ImportTarget.ClaimAsync(session.Connection, token).ConfigureAwait(false);
                    session._transactionId = await session.FindTransactionIdAsync(token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            return (session, target!);
        }
        catch
        {
            if (session is not null)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Runs a statement, and gives the server's refusals their meaning.</summary>
    public static async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException refusal)
        {
            throw Translate(refusal, null);
        }
    }

    /// <summary>Returns what a refusal means for an import; the refusal itself when it means nothing more.</summary>
    public static Exception Translate(PostgresException refusal, string? member) => refusal.SqlState switch
    {
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            => new StoreContentionException("Another transaction of the target won over the import.", refusal),

        // The target was empty and is locked: rows that collide or do not fit come from the archive. Only the server's message goes along, which
        // names constraints; its detail would show values.
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.ProgramLimitExceeded
            or PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter
            when member is not null
            => new CheckpointInvalidException(
                new CheckpointViolation(CheckpointRule.Record, member, null, null, null, $"the rows cannot be stored: {refusal.MessageText}"), refusal),
        _ => refusal,
    };

    /// <summary>Commits. When the connection breaks in between, the server is asked what became of the transaction.</summary>
    public async Task CommitAsync()
    {
        try
        {
            // Not cancelled: a commit that was given up halfway has an outcome that nobody knows.
            await _transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (PostgresException refusal) when (Connection.FullState.HasFlag(ConnectionState.Open))
        {
            throw Translate(refusal, null);
        }
        catch (Exception broken) when (broken is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
        {
            if (!await HasCommittedAsync(broken).ConfigureAwait(false))
            {
                throw;
            }
        }

        _isCommitted = true;
    }

    public async ValueTask DisposeAsync()
    {
        // Rolls back what was not committed; a broken connection has no transaction left and is not put back into the pool.
        try
        {
            await _transaction.DisposeAsync().ConfigureAwait(false);
            await Connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (_isCommitted && exception is (NpgsqlException or IOException or InvalidOperationException))
        {
            // The connection broke with the answer to the commit; what was committed stays.
        }
    }

    private async Task<long> FindTransactionIdAsync(CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT txid_current()", Connection);
        await using var disposing = command.ConfigureAwait(false);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private async Task<bool> HasCommittedAsync(Exception broken)
    {
        var pause = s_firstPause;
        for (var question = 1; question <= OutcomeQuestions; question++)
        {
            try
            {
                switch (await AskAsync().ConfigureAwait(false))
                {
                    case "committed":
                        return true;
                    case "aborted":
                        return false;
                }
            }
            catch (NpgsqlException)
            {
                // The server may be on its way up again.
            }

            await Task.Delay(pause, _timeProvider).ConfigureAwait(false);
            pause *= 2;
            pause = pause > TimeSpan.FromSeconds(5) ? TimeSpan.FromSeconds(5) : pause;
        }

        throw new ImportOutcomeUnknownException("The connection broke during the commit, and the database does not say whether the import took place.", broken);
    }

    private async Task<string?> AskAsync()
    {
        var connection = await StoreConnection.OpenAsync(_dataSource, CancellationToken.None).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var command = new NpgsqlCommand("SELECT txid_status($1)", connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = _transactionId } } };
        await using var disposing = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(CancellationToken.None).ConfigureAwait(false) as string;
    }
}
