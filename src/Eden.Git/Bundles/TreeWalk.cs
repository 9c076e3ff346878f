using System.Collections;
using Eden.Git.Model;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Bundles;

/// <summary>Walks every tree that the reached commits name and notes what is missing, of the wrong kind or unreadable.</summary>
/// <remarks>Only needed when some link of the pack leads nowhere: whether that matters depends on what the refs reach. Then each reached tree
/// is read once more.</remarks>
internal sealed class TreeWalk(PackResolver resolver, FaultList faults, CancellationToken cancellationToken)
{
    private readonly EntryReader _reader = new(resolver, cancellationToken);
    private readonly BitArray _seen = new(resolver.Entries.Count);
    private readonly Stack<int> _waiting = new();

    public void Run(BitArray reached)
    {
        for (var entry = 0; entry < reached.Length; entry++)
        {
            if (!reached[entry])
            {
                continue;
            }

            if (resolver.Entries.Kinds[entry] == ObjectKind.Tree)
            {
                Visit(entry);
            }
            else if (resolver.Entries.Kinds[entry] == ObjectKind.Commit && resolver.Links.Fault(entry) is null)
            {
                FollowCommit(entry);
            }

            while (_waiting.TryPop(out var tree))
            {
                FollowTree(tree);
            }
        }
    }

    private void FollowCommit(int entry)
    {
        var node = resolver.Links.Of(entry)[0];
        if (node >= 0)
        {
            Follow(entry, resolver.Table.Id(node), ObjectKind.Tree, default);
            return;
        }

        // The link was dropped from an overfull table; the commit itself still has it.
        if (CommitLinks.TryParse(_reader.Read(entry), resolver.Format, out var links, out _))
        {
            Follow(entry, links.Tree, ObjectKind.Tree, default);
        }
    }

    private void FollowTree(int entry)
    {
        var links = new TreeLinks(_reader.Read(entry), resolver.Format);
        while (links.MoveNext())
        {
            if (links.TargetKind != ObjectKind.Commit)
            {
                Follow(entry, links.Target, links.TargetKind, links.Name);
            }
        }

        if (links.Fault is { } fault)
        {
            Add(entry, fault);
        }
    }

    private void Follow(int from, ObjectHash target, ObjectKind expected, ReadOnlySpan<byte> name)
    {
        var entry = resolver.Table.FindEntry(target);
        var kind = entry < 0 ? ObjectKind.None : resolver.Entries.Kinds[entry];
        if (kind == expected)
        {
            if (kind == ObjectKind.Tree)
            {
                Visit(entry);
            }

            return;
        }

        if (faults.IsFull)
        {
            faults.AddUnlisted();
            return;
        }

        var role = name.IsEmpty ? "its tree" : $"its entry \"{BundleHeaderReader.Shorten(name)}\"";
        var hex = target.ToHex(resolver.Format);
        Add(from, entry < 0
            ? $"{role} names {hex}, which is not in the pack"
            : $"{role} names {hex}, which is a {ObjectHeader.Text(kind)} and not a {ObjectHeader.Text(expected)}");
    }

    private void Visit(int entry)
    {
        if (!_seen[entry])
        {
            _seen[entry] = true;
            _waiting.Push(entry);
        }
    }

    private void Add(int entry, string message)
        => faults.Add(
            GitFaultKind.Damage,
            resolver.Table.Id(resolver.Nodes[entry]).ToHex(resolver.Format),
            $"{ObjectHeader.Text(resolver.Entries.Kinds[entry])}: {message}");
}
