using System.Runtime.ExceptionServices;
using System.Text;
using Eden.Git.Objects;
using Eden.Git.Packs;
using Eden.Git.Repositories;

namespace Eden.Git.Bundles;

/// <summary>Marks everything that a set of refs reaches: tags, commits, trees, blobs; submodules are not followed. Blobs are never inflated.</summary>
/// <remarks>
/// One thread follows the commits, in waves; whoever is free visits the trees that were found so far, in batches. Waves and batches are in the order of the
/// packs: neighbours share a read, and a tree's delta base was usually resolved just before it. Replace refs and grafts change nothing: a bundle holds real
/// parents. A damaged object does not end the walk, because which one is met first is chance; of all, the first in the packs is named.
/// </remarks>
internal sealed class ReachabilityWalk
{
    private const int CacheBytes = 32 << 20;
    private const int BatchLength = 1 << 11;
    private const int MostWorkers = 4;
    private const int ReportEvery = 1 << 12;

    private readonly ObjectStore _store;
    private readonly GitLimits _limits;
    private readonly Action<long> _report;
    private readonly CancellationToken _cancellationToken;
    private readonly int _workers = Math.Clamp(Environment.ProcessorCount, 1, MostWorkers);
    private readonly Lock _turn = new();
    private readonly TreeQueue _trees = new();
    private readonly List<long> _tips = [];
    private readonly List<Task> _others = [];
    private readonly KnownHistory? _known;
    private readonly HashSet<ObjectLocation> _edges = [];
    private long _visited;
    private ExceptionDispatchInfo? _failure;
    private long _failurePlace = long.MaxValue;

    /// <param name="store">The objects.</param>
    /// <param name="limits">What commits, tags and trees may have.</param>
    /// <param name="report">Told now and then how many objects were visited.</param>
    /// <param name="cancellationToken">Observed every few thousand objects.</param>
    /// <param name="known">What is left out: commits, and what those of them name that new ones follow; <see langword="null"/> for nothing.</param>
    public ReachabilityWalk(ObjectStore store, GitLimits limits, Action<long> report, CancellationToken cancellationToken, KnownHistory? known = null)
    {
        _known = known;
        _store = store;
        _limits = limits;
        _report = report;
        _cancellationToken = cancellationToken;
        Reached = new ReachableSet(store);
    }

    /// <summary>Gets what was reached so far.</summary>
    public ReachableSet Reached { get; }

    /// <summary>Adds a ref.</summary>
    /// <exception cref="MissingObjectException">The ref names an object that is not there.</exception>
    public void AddTip(RefTip tip) => _tips.Add(Find(tip.Target, "ref", RefText.Show(tip.Name)).Key);

    /// <summary>Follows every link from the tips. Called once.</summary>
    /// <exception cref="MissingObjectException">An object is not in the listing.</exception>
    /// <exception cref="RepositoryChangedException">A file vanished.</exception>
    /// <exception cref="GitException">An object is damaged.</exception>
    public void Run()
    {
        var reader = NewReader();
        var knownObjects = _known is null ? null : new ReachableSet(_store);
        try
        {
            var trees = VisitCommits(reader, startsTrees: knownObjects is null);
            if (knownObjects is not null)
            {
                MarkKnown(reader, knownObjects);
            }

            AddBatches(trees);
            _trees.Done();
            VisitTrees(reader);
        }
        catch (Exception failure)
        {
            Stop(failure);
        }

        Task.WaitAll(_others, CancellationToken.None);
        _failure?.Throw();
        if (knownObjects is not null)
        {
            Reached.Remove(knownObjects);
        }
    }

    /// <summary>Follows tags and commits from the tips, and no trees. Called once, instead of <see cref="Run"/>.</summary>
    /// <inheritdoc cref="Run" path="/exception"/>
    public void RunThroughCommits()
    {
        VisitCommits(NewReader(), startsTrees: false);
        _failure?.Throw();
    }

    /// <summary>Adds what is in a pack and was not reached.</summary>
    public void AddPacked()
    {
        var reader = NewReader();
        for (var source = 0; source < _store.Packs.Count; source++)
        {
            for (var rank = 0; rank < _store.Packs[source].Index.Count; rank++)
            {
                var location = _store.Canonical(source, rank);
                if (Reached[location] == ObjectKind.None)
                {
                    _cancellationToken.ThrowIfCancellationRequested();
                    Reached.TryAdd(location, reader.KindOf(location));
                }
            }
        }
    }

    private ObjectReader NewReader() => new(_store, _limits.MaxObjectBytes, CacheBytes / _workers);

    /// <summary>Follows tags and commits wave by wave.</summary>
    /// <param name="reader">This thread's.</param>
    /// <param name="startsTrees">Whether others begin with the trees meanwhile, once there are many.</param>
    /// <returns>The trees that nobody has begun with.</returns>
    private List<long> VisitCommits(ObjectReader reader, bool startsTrees)
    {
        var trees = new List<long>();
        var wave = _tips;
        var next = new List<long>();
        for (var isFirst = true; wave.Count > 0; isFirst = false)
        {
            wave.Sort();
            next.Clear();
            for (var index = 0; index < wave.Count; index++)
            {
                // Refs share objects.
                if (index > 0 && wave[index] == wave[index - 1])
                {
                    continue;
                }

                var location = ObjectLocation.FromKey(wave[index]);
                Step();
                try
                {
                    if (isFirst)
                    {
                        VisitTip(reader, location, next, trees);
                    }
                    else
                    {
                        VisitCommit(reader, location, next, trees);
                    }
                }
                catch (Exception fault) when (IsFault(fault))
                {
                    Note(location, fault);
                }

                if (startsTrees && trees.Count >= BatchLength)
                {
                    AddBatches(trees);
                    trees = [];
                    StartOthers();
                }
            }

            (wave, next) = (next, isFirst ? [] : wave);
        }

        return trees;
    }

    /// <summary>Visits what known commits name that new ones follow: new trees differ from theirs by little.</summary>
    private void MarkKnown(ObjectReader reader, ReachableSet knownObjects)
    {
        var visitor = new Visitor(this) { Known = knownObjects };
        foreach (var commit in _edges)
        {
            if (!CommitLinks.TryParse(Read(reader, commit, ObjectKind.Commit), _store.Format, out var links, out var fault))
            {
                throw Corrupt(commit, fault);
            }

            visitor.Add(Find(links.Tree, commit, ObjectKind.Commit), ObjectKind.Tree);
        }

        while (visitor.Found.Count > 0)
        {
            var wave = visitor.Found;
            wave.Sort();
            visitor.Found = [];
            VisitBatch(reader, wave, ref visitor);
        }
    }

    /// <summary>Cuts trees into batches of neighbours.</summary>
    private void AddBatches(List<long> trees)
    {
        trees.Sort();
        for (var start = 0; start < trees.Count; start += BatchLength)
        {
            _trees.Add(trees.Count <= BatchLength ? trees : trees.GetRange(start, Math.Min(BatchLength, trees.Count - start)));
        }
    }

    /// <summary>Few trees are not worth another thread.</summary>
    private void StartOthers()
    {
        while (_others.Count < _workers - 1)
        {
            // Threads of their own: a busy pool would start them when all is done.
            _others.Add(Task.Factory.StartNew(
                () =>
                {
                    try
                    {
                        VisitTrees(NewReader());
                    }
                    catch (Exception failure)
                    {
                        Stop(failure);
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default));
        }
    }

    private void VisitTrees(ObjectReader reader)
    {
        var visitor = new Visitor(this);
        while (_trees.Take() is { } batch)
        {
            VisitBatch(reader, batch, ref visitor);
            if (visitor.Found.Count > 0)
            {
                AddBatches(visitor.Found);
                visitor.Found = [];
            }

            _trees.Done();
        }
    }

    /// <summary>Visits trees that are in the order of the packs.</summary>
    private void VisitBatch(ObjectReader reader, List<long> batch, ref Visitor visitor)
    {
        for (var index = 0; index < batch.Count; index++)
        {
            // Two workers may have met the same tree at once: it is listed twice then.
            if (index > 0 && batch[index] == batch[index - 1])
            {
                continue;
            }

            var location = ObjectLocation.FromKey(batch[index]);
            Step();
            try
            {
                visitor.Tree = location;
                VisitTree(reader, location, ref visitor);
            }
            catch (Exception fault) when (IsFault(fault))
            {
                Note(location, fault);
            }
        }
    }

    private static bool IsFault(Exception exception) => exception is GitException or MissingObjectException;

    private void Note(ObjectLocation location, Exception fault)
    {
        lock (_turn)
        {
            if (location.Key < _failurePlace)
            {
                _failurePlace = location.Key;
                _failure = ExceptionDispatchInfo.Capture(fault);
            }
        }
    }

    /// <summary>Ends the walk: cancellation, a listing that is out of date, failed I/O. It says more than any damage.</summary>
    private void Stop(Exception failure)
    {
        lock (_turn)
        {
            if (_failurePlace >= 0)
            {
                _failurePlace = -1;
                _failure = ExceptionDispatchInfo.Capture(failure);
            }
        }

        _trees.Close();
    }

    private void VisitTip(ObjectReader reader, ObjectLocation location, List<long> commits, List<long> trees)
    {
        var kind = reader.KindOf(location);
        while (!IsKnown(location, kind) && Reached.TryAdd(location, kind))
        {
            switch (kind)
            {
                case ObjectKind.Commit:
                    VisitCommit(reader, location, commits, trees);
                    return;
                case ObjectKind.Tree:
                    trees.Add(location.Key);
                    return;
                case ObjectKind.Tag:
                    (location, kind) = FollowTag(reader, location);
                    break;
                default:
                    return;
            }
        }
    }

    private (ObjectLocation Target, ObjectKind Kind) FollowTag(ObjectReader reader, ObjectLocation location)
    {
        var content = Read(reader, location, ObjectKind.Tag);
        if (!TagLinks.TryParse(content, _store.Format, out var links, out var fault))
        {
            throw Corrupt(location, fault);
        }

        var target = Find(links.Target, location, ObjectKind.Tag);
        var kind = reader.KindOf(target);
        return kind == links.TargetKind
            ? (target, kind)
            : throw Corrupt(location, $"the tag says that {links.Target.ToHex(_store.Format)} is a {ObjectHeader.Text(links.TargetKind)}, but it is a {ObjectHeader.Text(kind)}");
    }

    private void VisitCommit(ObjectReader reader, ObjectLocation location, List<long> commits, List<long> trees)
    {
        if (!CommitLinks.TryParse(Read(reader, location, ObjectKind.Commit), _store.Format, out var links, out var fault))
        {
            throw Corrupt(location, fault);
        }

        var tree = Find(links.Tree, location, ObjectKind.Commit);
        if (Reached.TryAdd(tree, ObjectKind.Tree))
        {
            trees.Add(tree.Key);
        }

        for (var index = 0; index < links.ParentCount; index++)
        {
            var parent = Find(links.Parent(index), location, ObjectKind.Commit);
            if (IsKnown(parent, ObjectKind.Commit))
            {
                _edges.Add(parent);
            }
            else if (Reached.TryAdd(parent, ObjectKind.Commit))
            {
                commits.Add(parent.Key);
            }
        }
    }

    private bool IsKnown(ObjectLocation location, ObjectKind kind)
        => _known is not null && kind is ObjectKind.Commit or ObjectKind.Tag && _known.Has(_store.Id(location), kind);

    /// <summary>Looks up what a tree names. What it shares with the base of its delta is left to the visit of the base, if that is reached:
    /// most trees differ from theirs by an entry or two.</summary>
    private void VisitTree(ObjectReader reader, ObjectLocation location, ref Visitor visitor)
    {
        var fault = reader.ReadTree(location, ref visitor, out var kind);
        if (kind != ObjectKind.Tree)
        {
            throw WrongKind(location, ObjectKind.Tree, kind);
        }

        if (fault is not null)
        {
            throw Corrupt(location, fault);
        }
    }

    private ReadOnlySpan<byte> Read(ObjectReader reader, ObjectLocation location, ObjectKind expected)
    {
        var content = reader.Read(location, out var kind);
        return kind != expected ? throw WrongKind(location, expected, kind)
            : content.Length <= _limits.MaxCommitBytes ? content
            : throw Corrupt(location, $"its {content.Length} bytes are more than the limit of {_limits.MaxCommitBytes}");
    }

    private GitException WrongKind(ObjectLocation location, ObjectKind expected, ObjectKind actual)
        => Corrupt(location, $"it is named as a {ObjectHeader.Text(expected)} but is a {ObjectHeader.Text(actual)}");

    private ObjectLocation Find(ObjectHash id, string what, string owner) => _store.TryFind(id, out var location)
        ? location
        : throw Missing(id, $"the {what} {owner} names it");

    private ObjectLocation Find(ObjectHash id, ObjectLocation owner, ObjectKind kind) => _store.TryFind(id, out var location)
        ? location
        : throw Missing(id, $"the {ObjectHeader.Text(kind)} {Hex(owner)} names it");

    private MissingObjectException Missing(ObjectHash id, string who)
        => new(id, $"The repository is corrupt: object {id.ToHex(_store.Format)} is missing; {who}.");

    private void Step()
    {
        if (Interlocked.Increment(ref _visited) is var visited && visited % ReportEvery == 0)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            _report(visited);
        }
    }

    private GitException Corrupt(ObjectLocation location, string? fault)
        => new GitException($"The repository is corrupt: object {Hex(location)}: {fault}.");

    private string Hex(ObjectLocation location) => _store.Id(location).ToHex(_store.Format);

    /// <summary>Marks what one worker's trees name.</summary>
    private struct Visitor(ReachabilityWalk walk) : ITreeVisitor
    {
        /// <summary>Gets or sets the tree whose entries are told.</summary>
        public ObjectLocation Tree { get; set; }

        /// <summary>Gets or sets the trees that were met for the first time.</summary>
        public List<long> Found { get; set; } = [];

        /// <summary>Gets what is to be left out in the end; <see langword="null"/> while what is met is new.</summary>
        public ReachableSet? Known { get; init; }

        public readonly bool IsVisited(ObjectLocation tree) => walk.Reached[tree] == ObjectKind.Tree;

        public readonly void Visit(in TreeLinks entry)
        {
            if (entry.TargetKind == ObjectKind.Commit)
            {
                return; // a submodule: its commits live in another repository
            }

            if (!walk._store.TryFind(entry.TargetBytes, out var target))
            {
                throw walk.Missing(entry.Target, $"the tree {walk.Hex(Tree)} names it as \"{Encoding.UTF8.GetString(entry.Name)}\"");
            }

            Add(target, entry.TargetKind);
        }

        public readonly void Add(ObjectLocation target, ObjectKind kind)
        {
            // A tree that a new commit names may be one that a known commit names too.
            var isNew = walk.Reached.TryAdd(target, kind);
            if ((Known?.TryAdd(target, kind) ?? isNew) && kind == ObjectKind.Tree)
            {
                Found.Add(target.Key);
            }
        }
    }
}
