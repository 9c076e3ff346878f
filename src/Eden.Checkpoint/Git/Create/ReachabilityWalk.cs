using Eden.Checkpoint.Git.Objects;
using Eden.Checkpoint.Git.Repository;

namespace Eden.Checkpoint.Git.Create;

/// <summary>Marks everything that a set of refs reaches: tags, commits, trees, blobs; submodules are not followed. Blobs are never inflated.</summary>
/// <remarks>
/// Commits go in waves, trees level by level, and each wave in the order of the packs: neighbours share a read, and a tree's delta base
/// was usually resolved just before it. Replace refs and grafts change nothing: a bundle holds real parents.
/// </remarks>
internal sealed class ReachabilityWalk : IDisposable
{
    private const long CacheBytes = 48L << 20;
    private const int SmallWave = 1 << 11;
    private const int ReportEvery = 1 << 12;

    private readonly ObjectStore _store;
    private readonly CheckpointLimits _limits;
    private readonly Action<long> _report;
    private readonly CancellationToken _cancellationToken;
    private readonly ObjectReader[] _readers;
    private List<ObjectLocation> _commits = [];
    private List<ObjectLocation> _trees = [];
    private long _visited;

    public ReachabilityWalk(ObjectStore store, CheckpointLimits limits, Action<long> report, CancellationToken cancellationToken)
    {
        _store = store;
        _limits = limits;
        _report = report;
        _cancellationToken = cancellationToken;
        var workers = Math.Clamp(Environment.ProcessorCount, 1, 4);
        _readers = [.. Enumerable.Range(0, workers).Select(_ => new ObjectReader(store, limits.MaxObjectBytes, CacheBytes / workers))];
        Reached = new ReachableSet(store);
    }

    /// <summary>Gets what was reached so far.</summary>
    public ReachableSet Reached { get; }

    /// <summary>Adds a ref, and the tags between it and what it stands for.</summary>
    /// <exception cref="MissingObjectException">The ref names an object that is not there.</exception>
    public void AddTip(RefTip tip)
    {
        var location = Find(tip.Target, () => $"the ref {tip.Name}");
        if (Reached[location] is ObjectKind.None)
        {
            Add(location, _readers[0].KindOf(location));
        }
    }

    /// <summary>Follows every link from the tips.</summary>
    public void Run()
    {
        for (var wave = _commits; wave.Count > 0; wave = _commits)
        {
            _commits = [];
            wave.Sort();
            foreach (var commit in wave)
            {
                VisitCommit(commit);
            }
        }

        for (var wave = _trees; wave.Count > 0; wave = _trees)
        {
            wave.Sort();
            _trees = VisitTrees(wave);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var reader in _readers)
        {
            reader.Dispose();
        }
    }

    private void Add(ObjectLocation location, ObjectKind kind)
    {
        while (Reached.TryAdd(location, kind))
        {
            switch (kind)
            {
                case ObjectKind.Commit:
                    _commits.Add(location);
                    return;
                case ObjectKind.Tree:
                    _trees.Add(location);
                    return;
                case ObjectKind.Tag:
                    (location, kind) = FollowTag(location);
                    break;
                default:
                    return;
            }
        }
    }

    private (ObjectLocation Target, ObjectKind Kind) FollowTag(ObjectLocation location)
    {
        var content = Read(_readers[0], location, ObjectKind.Tag);
        if (!TagLinks.TryParse(content, _store.Format, out var links, out var fault))
        {
            throw Corrupt(location, fault);
        }

        var target = Find(links.Target, () => $"the tag {Hex(location)}");
        var kind = _readers[0].KindOf(target);
        return kind == links.TargetKind
            ? (target, kind)
            : throw Corrupt(location, $"the tag says that {links.Target.ToHex(_store.Format)} is a {ObjectHeader.Text(links.TargetKind)}, but it is a {ObjectHeader.Text(kind)}");
    }

    private void VisitCommit(ObjectLocation location)
    {
        Step();
        var content = Read(_readers[0], location, ObjectKind.Commit);
        if (!CommitLinks.TryParse(content, _store.Format, out var links, out var fault))
        {
            throw Corrupt(location, fault);
        }

        var tree = Find(links.Tree, () => $"the commit {Hex(location)}");
        if (Reached.TryAdd(tree, ObjectKind.Tree))
        {
            _trees.Add(tree);
        }

        for (var index = 0; index < links.ParentCount; index++)
        {
            var parent = Find(links.Parent(index), () => $"the commit {Hex(location)}");
            if (Reached.TryAdd(parent, ObjectKind.Commit))
            {
                _commits.Add(parent);
            }
        }
    }

    private List<ObjectLocation> VisitTrees(List<ObjectLocation> wave)
    {
        if (wave.Count < SmallWave || _readers.Length == 1)
        {
            var next = new List<ObjectLocation>();
            VisitTrees(_readers[0], wave, 0, wave.Count, next);
            return next;
        }

        // Neighbours stay together: each worker takes one stretch of the packs.
        var parts = new List<ObjectLocation>[_readers.Length];
        Exception? failure = null;
        Parallel.For(0, parts.Length, part =>
        {
            var from = (int)((long)wave.Count * part / parts.Length);
            var to = (int)((long)wave.Count * (part + 1) / parts.Length);
            try
            {
                VisitTrees(_readers[part], wave, from, to, parts[part] = []);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, exception, null);
            }
        });
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        return [.. parts.SelectMany(part => part)];
    }

    private void VisitTrees(ObjectReader reader, List<ObjectLocation> wave, int from, int to, List<ObjectLocation> next)
    {
        for (var index = from; index < to; index++)
        {
            // Two workers may have met the same tree at once; it is listed twice then.
            if (index == 0 || wave[index] != wave[index - 1])
            {
                Step();
                VisitTree(reader, wave[index], next);
            }
        }
    }

    private void VisitTree(ObjectReader reader, ObjectLocation location, List<ObjectLocation> next)
    {
        var links = new TreeLinks(Read(reader, location, ObjectKind.Tree), _store.Format);
        while (links.MoveNext())
        {
            if (links.TargetKind == ObjectKind.Commit)
            {
                continue; // a submodule: its commits live in another repository
            }

            if (!_store.TryFind(links.Target, out var target))
            {
                throw new MissingObjectException(
                    links.Target,
                    $"The repository is corrupt: object {links.Target.ToHex(_store.Format)} is missing; the tree {Hex(location)} names it as \"{System.Text.Encoding.UTF8.GetString(links.Name)}\".");
            }

            if (Reached.TryAdd(target, links.TargetKind) && links.TargetKind == ObjectKind.Tree)
            {
                next.Add(target);
            }
        }

        if (links.Fault is { } fault)
        {
            throw Corrupt(location, fault);
        }
    }

    private ReadOnlySpan<byte> Read(ObjectReader reader, ObjectLocation location, ObjectKind expected)
    {
        var content = reader.Read(location, out var kind);
        if (kind != expected)
        {
            throw Corrupt(location, $"it is named as a {ObjectHeader.Text(expected)} but is a {ObjectHeader.Text(kind)}");
        }

        return expected == ObjectKind.Tree || content.Length <= _limits.MaxCommitBytes
            ? content
            : throw Corrupt(location, $"its {content.Length} bytes are more than the limit of {_limits.MaxCommitBytes}");
    }

    private ObjectLocation Find(ObjectHash id, Func<string> owner) => _store.TryFind(id, out var location)
        ? location
        : throw new MissingObjectException(
            id, $"The repository is corrupt: object {id.ToHex(_store.Format)} is missing; {owner()} names it.");

    private void Step()
    {
        if (Interlocked.Increment(ref _visited) is var visited && visited % ReportEvery == 0)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            _report(visited);
        }
    }

    private CheckpointRepoUnavailableException Corrupt(ObjectLocation location, string? fault)
        => new($"The repository is corrupt: object {Hex(location)}: {fault}.");

    private string Hex(ObjectLocation location) => _store.Id(location).ToHex(_store.Format);
}
