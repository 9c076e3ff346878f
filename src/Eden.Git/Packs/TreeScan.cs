using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>Steps through the entries of a tree, leaving out those that a delta copied whole from a base whose entries were visited before.</summary>
/// <remarks>An entry is left out only where an entry of the base is known to begin at the very byte that it was copied from: then its bytes, and so what they
/// name, are those of that entry. A delta that shifts what it copies by a byte makes other entries, and they are visited.</remarks>
internal static class TreeScan
{
    /// <summary>Visits every entry.</summary>
    /// <param name="content">The tree.</param>
    /// <param name="format">The format of the ids in it.</param>
    /// <param name="starts">Takes where entries begin; empty when no delta of the tree will ask.</param>
    /// <param name="visitor">Told every entry.</param>
    /// <returns>What is wrong with the tree, behind the entries that were visited; <see langword="null"/> when nothing is.</returns>
    public static string? Whole<TVisitor>(ReadOnlySpan<byte> content, GitObjectFormat format, TreeEntryStarts starts, ref TVisitor visitor)
        where TVisitor : struct, ITreeEntryVisitor, allows ref struct
    {
        var links = new TreeLinks(content, format);
        if (starts.IsKnown)
        {
            starts.Add(0);
        }

        while (links.MoveNext())
        {
            visitor.Visit(links);
            if (starts.IsKnown)
            {
                starts.Add(content.Length - links.Left);
            }
        }

        return links.Fault;
    }

    /// <summary>Visits the entries that do not come whole from the base.</summary>
    /// <param name="content">The tree that the delta made.</param>
    /// <param name="format">The format of the ids in it.</param>
    /// <param name="instructions">The delta, which was applied before: its instructions are sound.</param>
    /// <param name="source">Where the base's entries begin.</param>
    /// <param name="starts">Takes where entries begin; empty when no delta of the tree will ask.</param>
    /// <param name="visitor">Told the entries.</param>
    /// <returns>What is wrong with the tree, behind the entries that were visited; <see langword="null"/> when nothing is.</returns>
    public static string? Delta<TVisitor>(
        ReadOnlySpan<byte> content,
        GitObjectFormat format,
        ReadOnlySpan<byte> instructions,
        TreeEntryStarts source,
        TreeEntryStarts starts,
        ref TVisitor visitor)
        where TVisitor : struct, ITreeEntryVisitor, allows ref struct
    {
        var position = 0;
        var written = 0;
        var next = 0;
        if (starts.IsKnown)
        {
            starts.Add(0);
        }

        while (position < instructions.Length)
        {
            var opcode = instructions[position++];
            int length;
            var offset = -1L;
            if ((opcode & 0x80) == 0)
            {
                length = opcode;
                position += length;
            }
            else if (!DeltaPatch.TryReadCopy(instructions, opcode, ref position, out offset, out length))
            {
                throw new InvalidOperationException("The delta ends inside an instruction, although it was applied.");
            }

            var end = written + length;
            while (next < end)
            {
                if (offset >= 0 && (int)offset + next - written is var from && source.Contains(from)
                    && source.LastIn(from, (int)offset + length) - from is var same and > 0)
                {
                    if (starts.IsKnown)
                    {
                        starts.AddRange(source, from, same + 1, next);
                    }

                    next += same;
                    continue;
                }

                var links = new TreeLinks(content[next..], format);
                if (!links.MoveNext())
                {
                    return links.Fault;
                }

                visitor.Visit(links);
                next = content.Length - links.Left;
                if (starts.IsKnown)
                {
                    starts.Add(next);
                }
            }

            written = end;
        }

        return null;
    }
}
