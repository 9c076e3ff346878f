using System.Text;
using Eden.Git;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Packs;

[TestFixture]
public class TreeScanTests
{
    [Test]
    public void Every_entry_of_a_delta_is_visited_or_stands_in_the_base_byte_for_byte([Range(1, 8)] int seed, [Values] GitObjectFormat format)
    {
        var random = new Random(seed);
        var leftOut = 0;
        for (var round = 0; round < 400; round++)
        {
            var source = MakeTree(random, format);
            var instructions = MakeInstructions(random, format, source, out var content);
            var sourceStarts = new TreeEntryStarts(new ulong[TreeEntryStarts.WordCount(source.Length)]);
            var known = new Entries([]);
            TreeScan.Whole(source, format, sourceStarts, ref known);
            var wholeStarts = new ulong[TreeEntryStarts.WordCount(content.Length)];
            var whole = new Entries([]);
            var wholeFault = TreeScan.Whole(content, format, new TreeEntryStarts(wholeStarts), ref whole);

            var starts = new ulong[TreeEntryStarts.WordCount(content.Length)];
            var visited = new Entries([]);
            var fault = TreeScan.Delta(content, format, instructions, sourceStarts, new TreeEntryStarts(starts), ref visited);

            var at = $"seed {seed}, round {round}: {Convert.ToHexString(source)} and {Convert.ToHexString(instructions)}";
            Assert.That(fault, Is.EqualTo(wholeFault), at);
            Assert.That(starts, Is.EqualTo(wholeStarts), at);
            Assert.That(visited.List, Is.SubsetOf(whole.List), at);
            Assert.That(whole.List.Except(visited.List), Is.SubsetOf(known.List), at);
            leftOut += whole.List.Count - visited.List.Count;
        }

        Assert.That(leftOut, Is.GreaterThan(200), "entries that were left out");
    }

    [Test]
    public void Stretches_of_entry_starts_are_copied_to_any_place([Range(1, 4)] int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var length = random.Next(1, 400);
            var source = new TreeEntryStarts(new ulong[TreeEntryStarts.WordCount(length)]);
            var bits = new bool[length + 1];
            for (var position = 0; position <= length; position++)
            {
                if (bits[position] = random.Next(8) == 0)
                {
                    source.Add(position);
                }
            }

            var from = random.Next(length + 1);
            var count = random.Next(length + 2 - from);
            var at = random.Next(200);
            var target = new TreeEntryStarts(new ulong[TreeEntryStarts.WordCount(at + count)]);

            target.AddRange(source, from, count, at);

            var copied = Enumerable.Range(0, at + count + 1).Where(position => position >= at && position < at + count && bits[from + position - at]);
            Assert.That(Positions(target, at + count), Is.EqualTo(copied), $"seed {seed}, round {round}");
            var to = random.Next(from, length + 1);
            var last = Enumerable.Range(from, to - from + 1).Where(position => bits[position]).DefaultIfEmpty(from).Last();
            Assert.That(source.LastIn(from, to), Is.EqualTo(last), $"seed {seed}, round {round}");
        }
    }

    private static List<int> Positions(TreeEntryStarts starts, int last)
    {
        var positions = new List<int>();
        for (var position = 0; position <= last; position++)
        {
            if (starts.Contains(position))
            {
                positions.Add(position);
            }
        }

        return positions;
    }

    /// <summary>Makes a tree whose names hold what looks like the start of an entry; sometimes one that ends inside an entry.</summary>
    private static byte[] MakeTree(Random random, GitObjectFormat format)
    {
        var tree = new List<byte>();
        for (var count = random.Next(12); count > 0; count--)
        {
            tree.AddRange(Encoding.ASCII.GetBytes(((string[])["100644 ", "40000 ", "160000 ", "0 "])[random.Next(4)]));
            tree.AddRange(Encoding.ASCII.GetBytes(((string[])["a", "100644 b", "long-name-of-a-file-40000 ", "40000 "])[random.Next(4)]));
            tree.Add(0);
            var id = new byte[format.HashLength()];
            random.NextBytes(id);
            if (random.Next(3) == 0)
            {
                "100644 in-id\0"u8.CopyTo(id.AsSpan(random.Next(id.Length - 13)));
            }

            tree.AddRange(id);
        }

        return tree.Count > 0 && random.Next(6) == 0 ? [.. tree.Take(random.Next(tree.Count))] : [.. tree];
    }

    /// <summary>Makes instructions that copy at beginnings of entries, or a few bytes off, and insert entries or pieces of them.</summary>
    private static byte[] MakeInstructions(Random random, GitObjectFormat format, byte[] source, out byte[] content)
    {
        var instructions = new List<byte>();
        var result = new List<byte>();
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            if (source.Length > 0 && random.Next(3) > 0)
            {
                var offset = random.Next(3) == 0 ? 0 : random.Next(source.Length);
                var length = random.Next(3) == 0 ? source.Length - offset : random.Next(1, source.Length - offset + 1);
                instructions.AddRange([0xB3, (byte)(offset & 0xFF), (byte)(offset >> 8), (byte)(length & 0xFF), (byte)(length >> 8)]);
                result.AddRange(source.AsSpan(offset, length));
            }
            else
            {
                var entry = MakeTree(random, format);
                entry = entry.Length == 0 ? "1"u8.ToArray() : entry[..Math.Min(127, random.Next(2) == 0 ? entry.Length : random.Next(1, entry.Length + 1))];
                instructions.Add((byte)entry.Length);
                instructions.AddRange(entry);
                result.AddRange(entry);
            }
        }

        content = [.. result];
        return [.. instructions];
    }

    private readonly struct Entries(List<string> list) : ITreeEntryVisitor
    {
        public List<string> List { get; } = list;

        public void Visit(in TreeLinks entry) => List.Add($"{entry.TargetKind} {Convert.ToHexString(entry.Name)} {Convert.ToHexString(entry.TargetBytes)}");
    }
}
