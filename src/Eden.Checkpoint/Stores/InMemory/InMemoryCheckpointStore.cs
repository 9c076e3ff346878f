using System.Text;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Stores.InMemory;

namespace Eden.Checkpoint;

/// <summary>The embedded default: one experiment's rows in memory, for demos and the unit tests of hosts.</summary>
/// <remarks>Thread-safe. A snapshot is a reference to immutable collections: taking one costs nothing and it never sees a later change. Each call
/// of <see cref="Put(RegistryKind, string)"/>, <see cref="Append(string)"/> and <see cref="Remove"/> is one change of its own.
/// Rows are kept byte for byte and not checked beyond their key: what they say is checked when they are exported.</remarks>
/// <example>
/// <code>
/// var store = new InMemoryCheckpointStore("""{"experiment_id":"exp_0123456789abcdefghjkmnpqrs","created_at":"2026-05-01T12:00:00Z","state":"running"}""");
/// store.Put(RegistryKind.Workers, """
///     {"worker_id":"wkr_0123456789abcdefghjkmnpqrs","experiment_id":"exp_0123456789abcdefghjkmnpqrs","registered_at":"2026-05-01T12:00:00Z","registered_by":"admin"}
///     """);
/// </code>
/// </example>
public sealed class InMemoryCheckpointStore : ICheckpointImportStore
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly TimeProvider _timeProvider;
    private readonly Lock _writing = new();
    private volatile RowSet _rows;

    /// <summary>Creates a store without rows.</summary>
    /// <param name="experimentJson">The experiment's record, as <c>experiment.json</c> has it (spec §4).</param>
    /// <param name="timeProvider">The clock of <see cref="IStoreSnapshot.TakenAt"/>; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">The record is no JSON object with an <c>experiment_id</c>.</exception>
    public InMemoryCheckpointStore(string experimentJson, TimeProvider? timeProvider = null)
        : this(Utf8(experimentJson), timeProvider)
    {
    }

    /// <summary>Creates a store without rows.</summary>
    /// <param name="experimentJson">The experiment's record in UTF-8, as <c>experiment.json</c> has it (spec §4); copied.</param>
    /// <param name="timeProvider">The clock of <see cref="IStoreSnapshot.TakenAt"/>; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">The record is no JSON object with an <c>experiment_id</c>.</exception>
    public InMemoryCheckpointStore(ReadOnlyMemory<byte> experimentJson, TimeProvider? timeProvider = null)
    {
        _rows = RowSet.Of(experimentJson);
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Gets the experiment's id.</summary>
    public string ExperimentId => _rows.ExperimentId;

    /// <summary>Replaces the experiment's record.</summary>
    /// <param name="experimentJson">The record, as <c>experiment.json</c> has it (spec §4).</param>
    /// <exception cref="ArgumentException">The record is no JSON object with an <c>experiment_id</c>.</exception>
    public void PutExperiment(string experimentJson)
    {
        var record = Utf8(experimentJson);
        Change(rows => rows.WithExperiment(record));
    }

    /// <summary>Adds a row, or replaces the one with the same key.</summary>
    /// <param name="kind">The registry; not <see cref="RegistryKind.Events"/>, which are appended.</param>
    /// <param name="json">The record as one JSON object; a submission with its <c>task_id</c> and <c>kind</c>.</param>
    /// <exception cref="ArgumentException">It is no JSON object, its key is missing, or the registry is that of events.</exception>
    public void Put(RegistryKind kind, string json) => Put(kind, Utf8(json));

    /// <summary>Adds a row, or replaces the one with the same key.</summary>
    /// <param name="kind">The registry; not <see cref="RegistryKind.Events"/>, which are appended.</param>
    /// <param name="json">The record in UTF-8; copied.</param>
    /// <exception cref="ArgumentException">It is no JSON object, its key is missing, or the registry is that of events.</exception>
    public void Put(RegistryKind kind, ReadOnlyMemory<byte> json)
    {
        CheckKeyed(kind);
        var key = RowKey.Read(RowKey.Field(kind), json.Span, nameof(json));
        var row = json.ToArray();
        Change(rows => rows.With(kind, key, row));
    }

    /// <summary>Appends an event. Order is part of the content (spec §1).</summary>
    /// <param name="json">The event as one JSON object.</param>
    /// <exception cref="ArgumentException">It is no JSON object with an <c>event_id</c>.</exception>
    public void Append(string json) => Append(Utf8(json));

    /// <summary>Appends an event. Order is part of the content (spec §1).</summary>
    /// <param name="json">The event in UTF-8; copied.</param>
    /// <exception cref="ArgumentException">It is no JSON object with an <c>event_id</c>.</exception>
    public void Append(ReadOnlyMemory<byte> json)
    {
        RowKey.Read(RowKey.Field(RegistryKind.Events), json.Span, nameof(json));
        var row = json.ToArray();
        Change(rows => rows.WithEvent(row));
    }

    /// <summary>Removes a row.</summary>
    /// <param name="kind">The registry; not <see cref="RegistryKind.Events"/>, which stay.</param>
    /// <param name="key">The row's key, for example its <c>task_id</c>.</param>
    /// <returns>Whether there was such a row.</returns>
    /// <exception cref="ArgumentException">The key is empty, or the registry is that of events.</exception>
    public bool Remove(RegistryKind kind, string key)
    {
        CheckKeyed(kind);
        ArgumentException.ThrowIfNullOrEmpty(key);
        var bytes = Utf8(key);
        return Change(rows => rows.Without(kind, bytes));
    }

    /// <summary>Counts the rows of a registry.</summary>
    /// <param name="kind">The registry.</param>
    public int Count(RegistryKind kind) => _rows.Count(kind);

    /// <inheritdoc/>
    public Task<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<IStoreSnapshot>(cancellationToken);
        }

        var now = _timeProvider.GetUtcNow();
        var takenAt = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        return Task.FromResult<IStoreSnapshot>(new InMemorySnapshot(_rows, takenAt));
    }

    /// <inheritdoc/>
    /// <remarks>A commit fails with <see cref="StoreContentionException"/> when anything was put into the store meanwhile.</remarks>
    public Task<IStoreImport> BeginImportAsync(StoreImportRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<IStoreImport>(cancellationToken);
        }

        var found = _rows;
        InMemoryImport.RefuseOccupied(found);
        if (request.AsExperimentId is { } asked && asked != found.ExperimentId)
        {
            throw new ExperimentIdMismatchException($"The receiver is the experiment {found.ExperimentId}; it cannot take one as {asked}.");
        }

        return Task.FromResult<IStoreImport>(new InMemoryImport(found, Replace));
    }

    /// <summary>Finds the hash of the credential that an import has issued to a worker.</summary>
    /// <param name="workerId">The worker.</param>
    /// <returns>The PHC string; <see langword="null"/> when there is none.</returns>
    public string? FindCredentialHash(string workerId)
    {
        ArgumentException.ThrowIfNullOrEmpty(workerId);
        return _rows.CredentialHashes.GetValueOrDefault(workerId);
    }

    private bool Replace(RowSet expected, RowSet rows)
    {
        lock (_writing)
        {
            var isUnchanged = ReferenceEquals(_rows, expected);
            _rows = isUnchanged ? rows : _rows;
            return isUnchanged;
        }
    }

    private static byte[] Utf8(string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        // A lone surrogate is an ArgumentException here, not a replacement character in the archive.
        return s_strict.GetBytes(text);
    }

    private static void CheckKeyed(RegistryKind kind)
    {
        if (!Enum.IsDefined(kind) || kind == RegistryKind.Events)
        {
            throw new ArgumentException("Events are appended and stay; the other six registries have keys.", nameof(kind));
        }
    }

    private bool Change(Func<RowSet, RowSet> change)
    {
        lock (_writing)
        {
            var before = _rows;
            _rows = change(before);
            return !ReferenceEquals(before, _rows);
        }
    }
}
