using System.Collections;
using Eden.Git.Model;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Bundles;

/// <summary>Walks from the refs of a bundle through tags and parents, and notes what is missing or of the wrong kind on the way.</summary>
internal sealed class HistoryWalk
{
    private readonly PackResolver _resolver;
    private readonly FaultList _faults;
    private readonly Stack<int> _waiting = new();
    private readonly CancellationToken _cancellationToken;
    private EntryReader? _reader;

    private HistoryWalk(PackResolver resolver, FaultList faults, CancellationToken cancellationToken)
    {
        _resolver = resolver;
        _faults = faults;
        _cancellationToken = cancellationToken;
        Reached = new BitArray(resolver.Entries.Count);
    }

    /// <summary>Gets which entries are reached: commits and tags, and whatever refs and tags name directly.</summary>
    public BitArray Reached { get; }

    public long CommitCount { get; private set; }

    /// <summary>Gets what was looked for in vain because only the history was resolved: it is neither commit nor tag, or it is not there.</summary>
    public HashSet<ObjectHash> Sought { get; } = [];

    /// <param name="resolver">The resolved pack.</param>
    /// <param name="refs">The refs of the bundle.</param>
    /// <param name="faults">Where to note what is wrong; dropped by the caller when anything is <see cref="Sought"/>.</param>
    /// <param name="isExpectedMissing">Says of an id that its absence was reported before; <see langword="null"/> when none was.</param>
    /// <param name="cancellationToken">Cancels the walk.</param>
    public static HistoryWalk Run(
        PackResolver resolver, BundleLineTable refs, FaultList faults, Func<ObjectHash, bool>? isExpectedMissing, CancellationToken cancellationToken)
    {
        var walk = new HistoryWalk(resolver, faults, cancellationToken);
        for (var index = 0; index < refs.Count; index++)
        {
            var id = refs.Id(index);
            var entry = resolver.Table.FindEntry(id);
            if (entry >= 0)
            {
                walk.Visit(entry);
                walk.CheckBranch(refs, index, entry);
            }
            else
            {
                walk.Seek(id);
                walk.MissingRef(refs, index, id);
            }
        }

        var steps = 0;
        while (walk._waiting.TryPop(out var entry))
        {
            if ((++steps & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            walk.Follow(entry, isExpectedMissing);
        }

        return walk;
    }

    // Git refuses to clone a bundle whose HEAD is anything else, and to fetch such a branch.
    private void CheckBranch(BundleLineTable refs, int index, int entry)
    {
        var kind = _resolver.Entries.Kinds[entry];
        if (kind == ObjectKind.Commit || !RefName.IsBranch(refs.Text(index)))
        {
            return;
        }

        AddRef(refs, index, $"the ref names {refs.Id(index).ToHex(_resolver.Format)}, which is a {ObjectHeader.Text(kind)} and not a commit");
    }

    private void Visit(int entry)
    {
        if (!Reached[entry])
        {
            Reached[entry] = true;
            if (_resolver.Entries.Kinds[entry] is ObjectKind.Commit or ObjectKind.Tag)
            {
                _waiting.Push(entry);
            }
        }
    }

    private void Follow(int entry, Func<ObjectHash, bool>? isExpectedMissing)
    {
        var kind = _resolver.Entries.Kinds[entry];
        CommitCount += kind == ObjectKind.Commit ? 1 : 0;
        if (_resolver.Links.Fault(entry) is { } fault)
        {
            Add(entry, fault);
            return;
        }

        var links = _resolver.Links.Of(entry);
        if ((kind == ObjectKind.Tag ? links[..1] : links[1..]).Contains(ObjectTable.Missing))
        {
            FollowContent(entry, kind, isExpectedMissing);
            return;
        }

        if (kind == ObjectKind.Tag)
        {
            FollowLink(entry, links[0], (ObjectKind)links[1], "object", isExpectedMissing);
            return;
        }

        foreach (var parent in links[1..])
        {
            FollowLink(entry, parent, ObjectKind.Commit, "parent", isExpectedMissing);
        }
    }

    private void FollowLink(int from, int node, ObjectKind expected, string role, Func<ObjectHash, bool>? isExpectedMissing)
        => Follow(from, _resolver.Table.Id(node), _resolver.Table.Entry(node), expected, role, isExpectedMissing);

    // The table of objects was full of missing ones when a link of this object was met, and dropped it. The object itself still has it.
    private void FollowContent(int entry, ObjectKind kind, Func<ObjectHash, bool>? isExpectedMissing)
    {
        _reader ??= new EntryReader(_resolver, _cancellationToken);
        var content = _reader.Read(entry);
        if (kind == ObjectKind.Tag && TagLinks.TryParse(content, _resolver.Format, out var tag, out _))
        {
            Follow(entry, tag.Target, _resolver.Table.FindEntry(tag.Target), tag.TargetKind, "object", isExpectedMissing);
        }
        else if (kind == ObjectKind.Commit && CommitLinks.TryParse(content, _resolver.Format, out var commit, out _))
        {
            for (var parent = 0; parent < commit.ParentCount; parent++)
            {
                Follow(entry, commit.Parent(parent), _resolver.Table.FindEntry(commit.Parent(parent)), ObjectKind.Commit, "parent", isExpectedMissing);
            }
        }
    }

    private void Follow(int from, ObjectHash id, int target, ObjectKind expected, string role, Func<ObjectHash, bool>? isExpectedMissing)
    {
        if (target >= 0)
        {
            var kind = _resolver.Entries.Kinds[target];
            if (kind != expected)
            {
                Add(from, $"its {role} {id.ToHex(_resolver.Format)} is a {ObjectHeader.Text(kind)}, not a {ObjectHeader.Text(expected)}");
            }

            Visit(target);
            return;
        }

        Seek(id);
        if (isExpectedMissing is null || !isExpectedMissing(id))
        {
            Add(from, $"its {role} {id.ToHex(_resolver.Format)} is not in the pack");
        }
    }

    private void Seek(ObjectHash id)
    {
        if (_resolver.Scope == ResolverScope.History)
        {
            // It may be there as a tree or blob, or be a delta of something that history does not show.
            Sought.Add(id);
        }
    }

    private void MissingRef(BundleLineTable refs, int index, ObjectHash id)
        => AddRef(refs, index, $"the ref names {id.ToHex(_resolver.Format)}, which is not in the pack");

    private void AddRef(BundleLineTable refs, int index, string message)
    {
        if (_faults.IsFull)
        {
            _faults.AddUnlisted();
            return;
        }

        _faults.Add(GitFaultKind.Damage, BundleHeaderReader.Shorten(refs.Text(index)), message);
    }

    private void Add(int entry, string message)
    {
        if (_faults.IsFull)
        {
            _faults.AddUnlisted();
            return;
        }

        var kind = ObjectHeader.Text(_resolver.Entries.Kinds[entry]);
        var id = _resolver.Table.Id(_resolver.Nodes[entry]).ToHex(_resolver.Format);
        _faults.Add(GitFaultKind.Damage, id, $"{kind}: {message}");
    }
}
