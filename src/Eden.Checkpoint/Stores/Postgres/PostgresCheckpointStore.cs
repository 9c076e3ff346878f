using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Stores.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Eden.Checkpoint;

/// <summary>The store that EDEN deployments run: schema version 9 in one PostgreSQL database, or in one schema on the search path.</summary>
/// <remarks>
/// <para>Thread-safe. Each snapshot takes one connection from the data source (with <see cref="PostgresCheckpointStoreOptions.MaxConnections"/>, up
    /// to that many) and gives it back when it is disposed. The data source stays
/// the caller's; its command timeout applies to each wait for the server.</para>
/// <para>A snapshot is a <c>REPEATABLE READ READ ONLY</c> transaction: it takes no lock that a writer waits for, and a
/// serializable writer is never aborted for it. The role needs <c>SELECT</c> on the tables, of <c>worker</c> only on
/// <c>worker_id</c> and <c>data</c>; credentials are never asked for. An ambient <see cref="System.Transactions.Transaction"/> is left alone.</para>
/// <para>Each transaction sets for itself what it depends on, and leaves the connection as it was: <c>client_encoding</c>, no time-outs of the server
/// (<c>statement_timeout</c>, <c>lock_timeout</c>, <c>idle_in_transaction_session_timeout</c>, <c>transaction_timeout</c>), and <c>row_security = off</c>: a role that row-level
/// security shows some of the rows only is refused by PostgreSQL with SQLSTATE 42501. The tables are those of the connection's <c>search_path</c>. A
/// database in another encoding than UTF-8 can be exported, but takes no import.</para>
/// <para>Opening a snapshot and beginning an import are tried once more on a new connection when the pool's turns out to be broken.</para>
/// </remarks>
/// <example>
/// <code>
/// var database = NpgsqlDataSource.Create(connectionString);
/// await PostgresCheckpointSchema.EnsureCreatedAsync(database, cancellationToken);
/// var store = new PostgresCheckpointStore(database);
/// </code>
/// </example>
public sealed class PostgresCheckpointStore : ICheckpointImportStore
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly PostgresCheckpointStoreOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Creates the store. Nothing is connected to before a snapshot is opened.</summary>
    /// <param name="dataSource">The database; not disposed by the store.</param>
    /// <param name="options">How to read; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The clock of <see cref="IStoreSnapshot.TakenAt"/>; <see langword="null"/> for the system's.</param>
    /// <param name="logger">Where the store tells what it does: ids, counts and durations, never rows or connection strings.</param>
    public PostgresCheckpointStore(
        NpgsqlDataSource dataSource,
        PostgresCheckpointStoreOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger<PostgresCheckpointStore>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _options = options ?? new PostgresCheckpointStoreOptions();
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<PostgresCheckpointStore>.Instance;
    }

    /// <inheritdoc/>
    /// <value>That of <see cref="PostgresCheckpointStoreOptions.ExperimentId"/>.</value>
    public string? ExperimentId => _options.ExperimentId;

    /// <inheritdoc/>
    /// <exception cref="ExperimentNotFoundException">The database has no EDEN schema, no experiment, or another one than the options ask for.</exception>
    /// <exception cref="PostgresSchemaVersionException">The schema is of another version than 9.</exception>
    /// <exception cref="PostgresSettingException">The data source reads text in another encoding than UTF-8.</exception>
    /// <exception cref="CheckpointInvalidException">The experiment's row cannot be rendered as a record.</exception>
    /// <exception cref="NpgsqlException">The server refused or could not be reached.</exception>
    public Task<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default)
        => StoreTransaction.BeginAsync(_dataSource, SessionKind.Snapshot, "", ReadExperimentAsync, _logger, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>A missing schema is made first, in a transaction of its own: after an import that fails later, the empty schema stays. The import
    /// itself is one <c>SERIALIZABLE</c> transaction that locks the tables against writers, while readers go on: writers that came before are
    /// seen, those that come later wait for its end. The receiver's id is that of its experiment; without one that of <see cref="PostgresCheckpointStoreOptions.ExperimentId"/>,
    /// else <see cref="StoreImportRequest.AsExperimentId"/>, else a fresh one. The role needs to own the tables or to have all rights on them and on the
    /// sequence of <c>event.seq</c>: where event ids run ahead of their rows, the sequence is moved, so that a deployment's counter of ids goes on behind them.</remarks>
    /// <exception cref="PostgresSchemaVersionException">The schema is of another version than 9.</exception>
    /// <exception cref="PostgresSettingException">The database's encoding is not UTF-8, it may only be read, or the data source writes text in another encoding.</exception>
    /// <exception cref="NpgsqlException">The server refused or could not be reached.</exception>
    public async Task<IStoreImport> BeginImportAsync(StoreImportRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        await PostgresCheckpointSchema.EnsureCreatedAsync(_dataSource, cancellationToken).ConfigureAwait(false);
        var (session, target) = await ImportSession.OpenAsync(_dataSource, _timeProvider, _logger, cancellationToken).ConfigureAwait(false);
        try
        {
            if (target.ExperimentId is { } found && _options.ExperimentId is { } configured && found != configured)
            {
                throw new ExperimentIdMismatchException($"The database holds the experiment {found}; this receiver is configured for {configured}.");
            }

            var own = target.ExperimentId ?? _options.ExperimentId;
            if (own is not null && request.AsExperimentId is { } asked && asked != own)
            {
                throw new ExperimentIdMismatchException($"The receiver is the experiment {own}; it cannot take one as {asked}.");
            }

            var id = own ?? request.AsExperimentId ?? OpaqueId.NewExperimentId(_timeProvider);
            return new PostgresImport(session, id, hasExperiment: target.ExperimentId is not null, _logger);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<IStoreSnapshot> ReadExperimentAsync(StoreTransaction transaction, CancellationToken cancellationToken)
    {
        // The next statement fixes the snapshot. Stamped before it, so that whatever committed by this instant is in the snapshot.
        var takenAt = Microseconds(_timeProvider.GetUtcNow());
        await CheckVersionAsync(transaction.Connection, cancellationToken).ConfigureAwait(false);
        var (id, record) = await ExperimentRow.ReadAsync(transaction.Connection, _options, cancellationToken).ConfigureAwait(false);
        var session = new SnapshotSession(transaction);
        var exported = _options.MaxConnections > 1 ? await session.ExportAsync(cancellationToken).ConfigureAwait(false) : null;
        var sessions = new SnapshotSessions(_dataSource, session, exported, _options.MaxConnections, _logger);
        Log.SnapshotOpened(_logger, id, takenAt);
        return new PostgresSnapshot(sessions, takenAt, id, record, _options.Limits, _logger);
    }

    private static DateTimeOffset Microseconds(DateTimeOffset instant)
        => new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    private static async Task CheckVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        int? found;
        try
        {
            found = await PostgresCheckpointSchema.FindVersionAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw new ExperimentNotFoundException("The database holds no EDEN schema: there is no table schema_version on the search path.", missing);
        }

        if (found != SchemaText.Version)
        {
            throw new PostgresSchemaVersionException(found);
        }
    }
}
