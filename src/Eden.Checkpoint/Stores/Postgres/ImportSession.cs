using System.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>One connection inside one serializable transaction that writes. Not thread-safe.</summary>
internal sealed class ImportSession : IAsyncDisposable
{
    private const int OutcomeQuestions = 12;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);

    private readonly NpgsqlDataSource _dataSource;
    private readonly TimeProvider _timeProvider;
    private readonly StoreTransaction _transaction;
    private readonly long _transactionId;
    private bool _isCommitted;

    private ImportSession(NpgsqlDataSource dataSource, TimeProvider timeProvider, StoreTransaction transaction, long transactionId)
    {
        _dataSource = dataSource;
        _timeProvider = timeProvider;
        _transaction = transaction;
        _transactionId = transactionId;
    }

    public NpgsqlConnection Connection => _transaction.Connection;

    /// <summary>Begins a transaction, locks the target and finds it empty.</summary>
    public static Task<(ImportSession Session, ImportTarget Target)> OpenAsync(
        NpgsqlDataSource dataSource, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken)
        => StoreTransaction.BeginAsync(
            dataSource,
            SessionKind.Import,
            "",
            async (transaction, token) =>
            {
                SessionSettings.RequireUtf8(transaction.Connection);
                await SessionSettings.RequireWritableAsync(transaction.Connection, token).ConfigureAwait(false);
                ImportTarget? target = null;
                var transactionId = 0L;
                await RunAsync(
                    async part =>
                    {
                        target = await ImportTarget.ClaimAsync(transaction.Connection, part).ConfigureAwait(false);
                        transactionId = await PrepareCommitAsync(transaction.Connection, part).ConfigureAwait(false);
                    },
                    token).ConfigureAwait(false);
                return (new ImportSession(dataSource, timeProvider, transaction, transactionId), target!);
            },
            logger,
            cancellationToken);

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
            await _transaction.Transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
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
        }
        catch (Exception exception) when (_isCommitted && exception is (NpgsqlException or IOException or InvalidOperationException))
        {
            // The connection broke with the answer to the commit; what was committed stays.
        }
    }

    /// <summary>Sees that what the server says is committed is on its disk, and returns by which number it can be asked about the transaction.</summary>
    private static async Task<long> PrepareCommitAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // A role may have switched that off; the other values all write to the disk of the server first.
        const string sql = """
            SELECT txid_current(), CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END
            """;
        var command = StoreStatement.Of(sql, connection);
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
