using System.Runtime.ExceptionServices;
using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>Resolves the deltas of a scanned pack base-first on several threads, hashes each object and notes its links.</summary>
internal sealed class PackResolver
{
    private const int ChunkLength = 128;
    private readonly Action<int, int>? _progress;
    private readonly Lock _turn = new();
    private long _inflated;
    private int _nextRoot;
    private int _resolved;
    private int _duplicates;
    private int _firstRoot;
    private HashSet<ObjectHash>? _sought;
    private int _stillSought;
    private ExceptionDispatchInfo? _failure;
    private PackDamageException? _damage;

    public PackResolver(
        PackFile pack,
        PackEntries entries,
        GitObjectFormat format,
        GitLimits limits,
        ResolverScope scope,
        SpillFiles spill,
        Action<int, int>? progress,
        int room = 0)
    {
        Pack = pack;
        Entries = entries;
        Format = format;
        Limits = limits;
        Inflation = InflationLimit.Of(limits, pack.Length);
        Scope = scope;
        Spill = spill;
        _progress = progress;
        Forest = new DeltaForest(entries, room);
        Table = new ObjectTable(scope == ResolverScope.Everything ? entries.Count : entries.Count / 4, entries.Count);
        Links = new ObjectLinks(entries.Count + room);
        Nodes = new int[entries.Count + room];
        Nodes.AsSpan().Fill(ObjectTable.Missing);
    }

    public PackFile Pack { get; private set; }

    public PackEntries Entries { get; }

    public GitObjectFormat Format { get; }

    public GitLimits Limits { get; }

    public InflationLimit Inflation { get; }

    /// <summary>Gets how many bytes each worker may have in temporary files at once.</summary>
    public long MostSpilled => Math.Min(Limits.MaxBundleSpilledBytes, Inflation.Bytes);

    public ResolverScope Scope { get; }

    public SpillFiles Spill { get; }

    public DeltaForest Forest { get; }

    public ObjectTable Table { get; }

    public ObjectLinks Links { get; }

    /// <summary>Gets the node of each entry; <see cref="ObjectTable.Missing"/> for those that were not resolved.</summary>
    public int[] Nodes { get; }

    /// <summary>Gets how many entries hold an object that another entry holds too. Git tolerates them, and so do we.</summary>
    public int DuplicateCount => _duplicates;

    /// <summary>Gets a value indicating whether bases were added that a thin pack lacks: one of them may be an object that the pack holds itself.</summary>
    public bool IsCompleted { get; private set; }

    /// <summary>Resolves everything in scope.</summary>
    /// <remarks>A damaged entry does not end it: which one a worker meets first is chance. Everything else is resolved all the same, and of the damaged
    /// entries the first in the pack is named. Only what counts over the whole pack ends it at once, and is named before any entry.</remarks>
    /// <exception cref="PackDamageException">The pack is damaged or passes a limit.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ResolveAsync(cancellationToken).ConfigureAwait(false);
        if (_damage is not null)
        {
            throw _damage;
        }

        RequireAll();
    }

    /// <summary>Resolves everything but the deltas that rest on objects which are not in the pack.</summary>
    /// <returns>The ids of those objects. When there are none, everything is resolved. Some of them may be deltas of others.</returns>
    /// <exception cref="PackDamageException">The pack is damaged or passes a limit.</exception>
    public async Task<HashSet<ObjectHash>> RunThinAsync(CancellationToken cancellationToken)
    {
        await ResolveAsync(cancellationToken).ConfigureAwait(false);
        if (_damage is not null)
        {
            throw _damage;
        }

        var missing = new HashSet<ObjectHash>();
        for (var entry = 0; entry < Entries.Count && _resolved < Entries.Count; entry++)
        {
            if (Nodes[entry] == ObjectTable.Missing && Entries.StoredKind(entry) == PackEntryKind.ReferenceDelta && Table.FindEntry(Entries.NamedBase(entry)) < 0)
            {
                missing.Add(Entries.NamedBase(entry));
            }
        }

        if (missing.Count == 0)
        {
            RequireAll();
        }

        return missing;
    }

    /// <summary>Resolves what was left, after whole objects were added to the entries and to the pack.</summary>
    /// <param name="completed">The pack with the objects.</param>
    /// <param name="firstAdded">The ordinal of the first of them.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="PackDamageException">Not everything can be resolved.</exception>
    public Task CompleteAsync(PackFile completed, int firstAdded, CancellationToken cancellationToken)
    {
        Pack = completed;
        IsCompleted = true;
        _firstRoot = firstAdded;
        return RunAsync(cancellationToken);
    }

    /// <summary>Looks for trees and blobs after the history was resolved: hashes what is no history, in the order of the pack, until everything was found.
    /// Git puts what tags name before other trees and blobs.</summary>
    /// <param name="sought">Ids that are not those of any commit or tag of the pack.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="PackDamageException">Something was not found, and the pack is damaged or passes a limit.</exception>
    public async Task FindAsync(HashSet<ObjectHash> sought, CancellationToken cancellationToken)
    {
        _sought = sought;
        _stillSought = sought.Count;
        await ResolveAsync(cancellationToken).ConfigureAwait(false);
        if (_stillSought > 0 && _damage is not null)
        {
            throw _damage;
        }

        _progress?.Invoke(Entries.Count, Entries.Count);
    }

    private async Task ResolveAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _nextRoot = _firstRoot;

        // A small pack is not worth a second thread.
        var count = Entries.Count < 256 ? 1 : Math.Clamp(Environment.ProcessorCount, 1, ObjectLinks.MostWorkers);
        var workers = new Task[count];
        for (var index = 0; index < count; index++)
        {
            var worker = index;
            workers[index] = Task.Run(() => Work(worker, stop), CancellationToken.None);
        }

        await Task.WhenAll(workers).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _failure?.Throw();
    }

    /// <summary>Counts bytes against the limit on everything that a bundle inflates to.</summary>
    public void Spend(long bytes)
    {
        if (Interlocked.Add(ref _inflated, bytes) > Inflation.Bytes)
        {
            throw Inflation.Passed(null);
        }
    }

    /// <summary>Notes that an entry cannot be resolved. Nothing that rests on it is.</summary>
    public void NoteDamage(PackDamageException damage)
    {
        lock (_turn)
        {
            if (_damage is null || damage.Offset < _damage.Offset
                || (damage.Offset == _damage.Offset && string.CompareOrdinal(damage.Message, _damage.Message) < 0))
            {
                _damage = damage;
            }
        }
    }

    /// <summary>Notes a hashed object.</summary>
    public void Publish(int entry, ObjectHash id)
    {
        Nodes[entry] = Table.Add(id, entry, out var isDuplicate);
        if (isDuplicate && _sought is null)
        {
            Interlocked.Increment(ref _duplicates);
        }
        else if (_sought is not null && !isDuplicate && _sought.Contains(id))
        {
            Interlocked.Decrement(ref _stillSought);
        }

        var resolved = Interlocked.Increment(ref _resolved);
        if (_progress is not null && resolved % (1 << 13) == 0)
        {
            _progress(resolved, Entries.Count);
        }
    }

    private void Work(int number, CancellationTokenSource stop)
    {
        try
        {
            using var worker = new ResolverWorker(this, number, stop.Token);
            while (true)
            {
                var start = Interlocked.Add(ref _nextRoot, ChunkLength) - ChunkLength;
                if (start >= Entries.Count || (_sought is not null && Volatile.Read(ref _stillSought) <= 0))
                {
                    return;
                }

                stop.Token.ThrowIfCancellationRequested();
                var end = Math.Min(start + ChunkLength, Entries.Count);
                for (var entry = start; entry < end; entry++)
                {
                    if (!Entries.IsDelta(entry) && IsInScope(Entries.Kinds[entry]))
                    {
                        worker.ResolveTree(entry);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The caller cancelled, which RunAsync reports, or the other worker failed, which is reported instead.
        }
#pragma warning disable CA1031 // Rethrown by RunAsync, whatever it is.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
            stop.Cancel();
        }
    }

    private void RequireAll()
    {
        if (Scope == ResolverScope.Everything && _resolved < Entries.Count)
        {
            ThrowUnresolved();
        }

        _progress?.Invoke(Entries.Count, Entries.Count);
    }

    private bool IsInScope(ObjectKind kind)
        => Scope == ResolverScope.Everything || kind is ObjectKind.Commit or ObjectKind.Tag == _sought is null;

    private void ThrowUnresolved()
    {
        // The first delta whose own base is missing, rather than one that hangs from it.
        for (var entry = 0; entry < Entries.Count; entry++)
        {
            if (Nodes[entry] == ObjectTable.Missing && Entries.StoredKind(entry) == PackEntryKind.ReferenceDelta)
            {
                throw PackDamageException.At(
                    Entries.Offset(entry),
                    $"the delta's base {Entries.NamedBase(entry).ToHex(Format)} is not in the pack, or the delta is its own base in the end ({Entries.Count - _resolved} objects cannot be resolved)");
            }
        }

        throw new PackDamageException($"{Entries.Count - _resolved} objects cannot be resolved");
    }
}
