using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Text;
using Eden.Git.Objects;
using Eden.Git.Repositories;

namespace Eden.Git.Bundles;

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
    private readonly GitLimits _limits;
    private readonly Action<long> _report;
    private readonly CancellationToken _cancellationToken;
    private readonly ObjectReader[] _readers;
    private readonly List<long> _tips = [];
    private long _visited;

    public ReachabilityWalk(ObjectStore store, GitLimits limits, Action<long> report, CancellationToken cancellationToken)
    {
        _store = store;
        _limits = limits;
        _report = report;
        _cancellationToken = cancellationToken;
        var workers = Math.Clamp(Environment.ProcessorCount, 1, 4);
        _readers = new ObjectReader[workers];
        for (var worker = 0; worker < workers; worker++)
        {
            _readers[worker] = new ObjectReader(store, limits.MaxObjectBytes, CacheBytes / workers);
        }

        Reached = new ReachableSet(store);
    }

    /// <summary>Gets what was reached so far.</summary>
    public ReachableSet Reached { get; }

    /// <summary>Adds a ref.</summary>
    /// <exception cref="MissingObjectException">The ref names an object that is not there.</exception>
    public void AddTip(RefTip tip) => _tips.Add(Find(tip.Target, "ref", RefText.Show(tip.Name)).Key);

    /// <summary>Follows every link from the tips.</summary>
    public void Run()
    {
        var found = Visit(_tips, VisitTip);
        var trees = found.Trees;
        while (found.Commits.Count > 0)
        {
            found = Visit(found.Commits, VisitCommit);
            trees.AddRange(found.Trees);
        }

        while (trees.Count > 0)
        {
            trees = Visit(trees, VisitTree).Trees;
        }
    }

    /// <summary>Adds what is in a pack and was not reached.</summary>
    public void AddPacked()
    {
        for (var source = 0; source < _store.Packs.Count; source++)
        {
            for (var rank = 0; rank < _store.Packs[source].Index.Count; rank++)
            {
                var location = _store.Canonical(source, rank);
                if (Reached[location] == ObjectKind.None)
                {
                    _cancellationToken.ThrowIfCancellationRequested();
                    Reached.TryAdd(location, _readers[0].KindOf(location));
                }
            }
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

    /// <summary>Visits a wave in pack order. Large ones are split, so that neighbours stay together: each worker takes one stretch of the packs.</summary>
    private Found Visit(List<long> wave, Action<ObjectReader, ObjectLocation, Found> visit)
    {
        wave.Sort();
        if (wave.Count < SmallWave || _readers.Length == 1)
        {
            var all = new Found();
            VisitStretch(0, 0, wave.Count, all);
            return all;
        }

        var parts = new Found[_readers.Length];
        var others = new Task[parts.Length - 1];
        var failures = new Exception?[_readers.Length];
        for (var other = 0; other < others.Length; other++)
        {
            var part = other + 1;
            others[other] = Task.Run(() => VisitPart(part), CancellationToken.None);
        }

        VisitPart(0);
        Task.WaitAll(others, CancellationToken.None);
        if (failures.FirstOrDefault(failure => failure is not null) is { } first)
        {
            // Of several faults the first in the packs, whichever was met first.
            ExceptionDispatchInfo.Throw(first);
        }

        for (var part = 1; part < parts.Length; part++)
        {
            parts[0].Commits.AddRange(parts[part].Commits);
            parts[0].Trees.AddRange(parts[part].Trees);
        }

        return parts[0];

        void VisitPart(int part)
        {
            try
            {
                var from = (int)((long)wave.Count * part / parts.Length);
                var to = (int)((long)wave.Count * (part + 1) / parts.Length);
                VisitStretch(part, from, to, parts[part] = new Found());
            }
            catch (Exception exception)
            {
                // Thrown again above, as it is: callers tell cancellations, changes and faults apart.
                failures[part] = exception;
            }
        }

        void VisitStretch(int worker, int from, int to, Found found)
        {
            for (var index = from; index < to; index++)
            {
                // Refs share objects, and two workers may have met the same one at once: it is listed twice then.
                if (index == 0 || wave[index] != wave[index - 1])
                {
                    Step();
                    visit(_readers[worker], ObjectLocation.FromKey(wave[index]), found);
                }
            }
        }
    }

    private void VisitTip(ObjectReader reader, ObjectLocation location, Found found)
    {
        var kind = reader.KindOf(location);
        while (Reached.TryAdd(location, kind))
        {
            switch (kind)
            {
                case ObjectKind.Commit:
                    VisitCommit(reader, location, found);
                    return;
                case ObjectKind.Tree:
                    found.Trees.Add(location.Key);
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

    private void VisitCommit(ObjectReader reader, ObjectLocation location, Found found)
    {
        if (!CommitLinks.TryParse(Read(reader, location, ObjectKind.Commit), _store.Format, out var links, out var fault))
        {
            throw Corrupt(location, fault);
        }

        var tree = Find(links.Tree, location, ObjectKind.Commit);
        if (Reached.TryAdd(tree, ObjectKind.Tree))
        {
            found.Trees.Add(tree.Key);
        }

        for (var index = 0; index < links.ParentCount; index++)
        {
            var parent = Find(links.Parent(index), location, ObjectKind.Commit);
            if (Reached.TryAdd(parent, ObjectKind.Commit))
            {
                found.Commits.Add(parent.Key);
            }
        }
    }

    /// <summary>Looks up what a tree names. What a tree shares with the base of its delta is left to the visit of the base, if that is reached:
    /// most trees differ from theirs by an entry or two.</summary>
    private void VisitTree(ObjectReader reader, ObjectLocation location, Found found)
    {
        var content = Read(reader, location, ObjectKind.Tree, out var baseLocation, out var baseContent);
        var links = new TreeLinks(content, _store.Format);
        var (same, tail) = baseContent.IsEmpty || Reached[baseLocation] != ObjectKind.Tree ? default : Shared(content, baseContent);
        var baseLinks = new TreeLinks(baseContent, _store.Format);
        while (links.MoveNext())
        {
            if (content.Length - links.Left <= same)
            {
                baseLinks.MoveNext();
                continue;
            }

            if (links.TargetKind != ObjectKind.Commit) // a submodule: its commits live in another repository
            {
                VisitTreeEntry(location, links, found);
            }

            if (links.Left <= tail && links.Left > 0)
            {
                // The rest has the same bytes; it has the same entries if one begins at the same place in the base.
                while (baseLinks.Left > links.Left && baseLinks.MoveNext())
                {
                }

                if (baseLinks.Left == links.Left && baseLinks.Fault is null)
                {
                    return;
                }
            }
        }

        if (links.Fault is { } fault)
        {
            throw Corrupt(location, fault);
        }
    }

    private void VisitTreeEntry(ObjectLocation location, in TreeLinks links, Found found)
    {
        if (!_store.TryFind(links.TargetBytes, out var target))
        {
            throw Missing(links.Target, $"the tree {Hex(location)} names it as \"{Encoding.UTF8.GetString(links.Name)}\"");
        }

        if (Reached.TryAdd(target, links.TargetKind) && links.TargetKind == ObjectKind.Tree)
        {
            found.Trees.Add(target.Key);
        }
    }

    /// <summary>Returns how many bytes two contents have in common at their beginnings, and at their ends behind that.</summary>
    private static (int Start, int End) Shared(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var start = left.CommonPrefixLength(right);
        var most = Math.Min(left.Length, right.Length) - start;
        var end = 0;
        while (most - end >= sizeof(ulong)
            && BinaryPrimitives.ReadUInt64LittleEndian(left[(left.Length - end - sizeof(ulong))..])
                == BinaryPrimitives.ReadUInt64LittleEndian(right[(right.Length - end - sizeof(ulong))..]))
        {
            end += sizeof(ulong);
        }

        while (end < most && left[left.Length - end - 1] == right[right.Length - end - 1])
        {
            end++;
        }

        return (start, end);
    }

    private ReadOnlySpan<byte> Read(ObjectReader reader, ObjectLocation location, ObjectKind expected)
        => Read(reader, location, expected, out _, out _);

    private ReadOnlySpan<byte> Read(
        ObjectReader reader, ObjectLocation location, ObjectKind expected, out ObjectLocation baseLocation, out ReadOnlySpan<byte> baseContent)
    {
        var content = reader.Read(location, out var kind, out baseLocation, out baseContent);
        if (kind != expected)
        {
            throw Corrupt(location, $"it is named as a {ObjectHeader.Text(expected)} but is a {ObjectHeader.Text(kind)}");
        }

        return expected == ObjectKind.Tree || content.Length <= _limits.MaxCommitBytes
            ? content
            : throw Corrupt(location, $"its {content.Length} bytes are more than the limit of {_limits.MaxCommitBytes}");
    }

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

    /// <summary>What one worker met for the first time.</summary>
    private sealed class Found
    {
        public List<long> Commits { get; } = [];

        public List<long> Trees { get; } = [];
    }
}
