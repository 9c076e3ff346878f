using System.Text;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Bundles;

/// <summary>Writes the refs of a bundle as git's <c>packed-refs</c>: sorted, with what each annotated tag peels to.</summary>
internal static class PackedRefsWriter
{
    /// <summary>Says, as <see cref="RefText"/>, what <c>HEAD</c> should hold: the branch that the bundle's HEAD equals, main or master before others; its commit when it is no branch's; main when there is no HEAD.</summary>
    public static string ChooseHead(BundleLineTable refs)
    {
        var head = refs.Find("HEAD"u8);
        if (head < 0)
        {
            return "refs/heads/main";
        }

        var target = refs.Id(head);
        foreach (var name in (string[])["refs/heads/main", "refs/heads/master"])
        {
            if (refs.Find(Encoding.UTF8.GetBytes(name)) is var known && known >= 0 && refs.Id(known) == target)
            {
                return name;
            }
        }

        for (var index = 0; index < refs.Count; index++)
        {
            if (refs.Text(index).StartsWith("refs/heads/"u8) && refs.Id(index) == target && RefName.CanBeHead(refs.Text(index)))
            {
                return RefText.Decode(refs.Text(index));
            }
        }

        return target.ToHex(refs.Format);
    }

    /// <summary>Counts the refs that are written: <c>HEAD</c> and other worktrees' HEADs are not among them.</summary>
    public static int Count(BundleLineTable refs)
    {
        var count = 0;
        for (var index = 0; index < refs.Count; index++)
        {
            count += refs.Text(index).StartsWith("refs/"u8) ? 1 : 0;
        }

        return count;
    }

    public static void Write(string path, BundleLineTable refs, PackResolver resolver, CancellationToken cancellationToken)
    {
        var order = new int[refs.Count];
        for (var index = 0; index < order.Length; index++)
        {
            order[index] = index;
        }

        Array.Sort(order, (left, right) => refs.Text(left).SequenceCompareTo(refs.Text(right)));
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16);
        file.Write("# pack-refs with: peeled fully-peeled sorted \n"u8);
        var line = new byte[1 + refs.Format.HexLength() + 1 + BundleLineTable.MaxTextLength + 1];
        var done = 0;
        var peeledTags = new Dictionary<int, ObjectHash>();
        foreach (var index in order)
        {
            if ((++done & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var name = refs.Text(index);
            if (!name.StartsWith("refs/"u8))
            {
                continue;
            }

            var length = WriteId(line, refs.Id(index), refs.Format);
            line[length++] = (byte)' ';
            name.CopyTo(line.AsSpan(length));
            length += name.Length;
            line[length++] = (byte)'\n';
            file.Write(line.AsSpan(0, length));
            if (Peel(resolver, refs.Id(index), peeledTags) is { } peeled)
            {
                line[0] = (byte)'^';
                length = 1 + WriteId(line.AsSpan(1), peeled, refs.Format);
                line[length++] = (byte)'\n';
                file.Write(line.AsSpan(0, length));
            }
        }

        file.Flush(flushToDisk: true);
    }

    // A tag names an id that was hashed before it, so the chain ends. Each tag is followed once, however many refs lead to it.
    private static ObjectHash? Peel(PackResolver resolver, ObjectHash id, Dictionary<int, ObjectHash> peeledTags)
    {
        ObjectHash? peeled = null;
        var passed = new List<int>();
        for (var entry = resolver.Table.FindEntry(id); resolver.Entries.Kinds[entry] == ObjectKind.Tag; entry = resolver.Table.FindEntry(peeled.Value))
        {
            if (peeledTags.TryGetValue(entry, out var known))
            {
                peeled = known;
                break;
            }

            passed.Add(entry);
            peeled = resolver.Table.Id(resolver.Links.Of(entry)[0]);
        }

        foreach (var tag in passed)
        {
            peeledTags[tag] = peeled!.Value;
        }

        return peeled;
    }

    private static int WriteId(Span<byte> destination, ObjectHash id, GitObjectFormat format)
    {
        Span<byte> raw = stackalloc byte[format.HashLength()];
        id.CopyTo(raw);
        Convert.TryToHexStringLower(raw, destination, out var written);
        return written;
    }
}
