using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>Trees made by deltas that cut the base's entries anywhere: what such a tree names is looked up like everything else.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class MisalignedDeltaTests
{
    private static readonly byte[] s_text = "some text\n"u8.ToArray();

    /// <summary>Gets deltas of a tree with a file "a", a file "p100644 q" and a folder "z", by what they do. The tree that each makes names something that
    /// is missing or of another kind.</summary>
    private static IEnumerable<TestCaseData> Unsound()
    {
        yield return Case("half of an id is inserted and half of another copied", tree => [.. Insert([.. "100644 a\0"u8, .. new byte[10]]), .. Copy(tree.IdOfA + 10, tree.Length - tree.IdOfA - 10)], "which is not in the pack");
        yield return Case("half of an id is copied and half inserted", tree => [.. Copy(0, tree.IdOfA + 10), .. Insert(new byte[10]), .. Copy(tree.IdOfA + 20, tree.Length - tree.IdOfA - 20)], "which is not in the pack");
        yield return Case("the ends of two ids are exchanged", tree => [.. Copy(0, tree.IdOfA + 10), .. Copy(tree.IdOfQ + 10, tree.Length - tree.IdOfQ - 10)], "which is not in the pack");
        yield return Case("a folder's mode becomes a file's", tree => [.. Copy(0, tree.Folder), .. Insert("10"u8), .. Copy(tree.Folder + 1, tree.Length - tree.Folder - 1)], "and not a blob");
        yield return Case("a file's mode becomes a folder's", tree => [.. Insert("4"u8), .. Insert("0000"u8), .. Copy(6, tree.Length - 6)], "and not a tree");
        yield return Case("copied from inside a name and cut inside an id", tree => [.. Copy(tree.NameOfQ + 1, tree.IdOfQ + 10 - tree.NameOfQ - 1), .. Insert(new byte[10]), .. Copy(tree.Folder, tree.Length - tree.Folder)], "which is not in the pack");
    }

    /// <summary>Gets deltas that cut entries and still name only what is there.</summary>
    private static IEnumerable<TestCaseData> Sound()
    {
        yield return Case("copied from inside a name", tree => Copy(tree.NameOfQ + 1, tree.Length - tree.NameOfQ - 1), null);
        yield return Case("an entry's beginning becomes part of a name", tree => [.. Insert("100644 n"u8), .. Copy(0, tree.Length)], null);
        yield return Case("the base twice", tree => [.. Copy(0, tree.Length), .. Copy(0, tree.Length)], null);
        yield return Case("byte by byte, without the first entry", tree => [.. Enumerable.Range(tree.IdOfA + 20, tree.Length - tree.IdOfA - 20).SelectMany(at => Copy(at, 1))], null);
    }

    [TestCaseSource(nameof(Unsound))]
    public async Task What_a_cut_entry_names_is_missed_by_a_verification(Func<Tree, byte[]> delta, string fault)
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["bundle"], MakeBundle(delta, out var tree));

        var report = await GitBundle.VerifyAsync(folder["bundle"]);

        Assert.That(report.Faults.Select(found => (found.Name, found.Message.EndsWith(fault, StringComparison.Ordinal))), Has.Member((tree, true)), string.Join('\n', report.Faults));
    }

    [TestCaseSource(nameof(Unsound))]
    public async Task What_a_cut_entry_names_is_missed_when_a_bundle_is_made(Func<Tree, byte[]> delta, string fault)
    {
        using var folder = new TempFolder();
        var repository = await UnpackAsync(folder, MakeBundle(delta, out var tree));
        using var bundle = new MemoryStream();

        var refusal = (await Assert.ThrowsAsync(Is.InstanceOf<GitException>(), () => GitBundle.CreateAsync(repository, bundle)))!;

        Assert.That(refusal.Message, Does.Contain(fault.StartsWith("which", StringComparison.Ordinal) ? tree : "is named as a"));
        Assert.That(bundle.Length, Is.Zero);
    }

    [TestCaseSource(nameof(Sound))]
    public async Task Cut_entries_that_name_what_is_there_are_no_fault(Func<Tree, byte[]> delta, string? _)
    {
        using var folder = new TempFolder();
        var made = MakeBundle(delta, out var _);
        await File.WriteAllBytesAsync(folder["bundle"], made);

        var report = await GitBundle.VerifyAsync(folder["bundle"]);

        Assert.That(report.Faults, Is.Empty);
        using var bundle = new MemoryStream();
        var result = await GitBundle.CreateAsync(await UnpackAsync(folder, made), bundle);
        Assert.That(result.ObjectCount, Is.EqualTo(report.ObjectCount));
    }

    private static TestCaseData Case(string name, Func<Tree, byte[]> delta, string? fault) => new TestCaseData(delta, fault).SetArgDisplayNames(name);

    private static byte[] MakeBundle(Func<Tree, byte[]> delta, out string made)
    {
        var pack = new SyntheticPack();
        var blob = Convert.FromHexString(pack.Add(PackEntryKind.Blob, s_text));
        var other = Convert.FromHexString(pack.Add(PackEntryKind.Blob, "other"u8.ToArray()));
        var inner = Convert.FromHexString(pack.Add(PackEntryKind.Tree, [.. "100644 i\0"u8, .. blob]));
        byte[] first = [.. "100644 a\0"u8, .. blob];
        byte[] second = [.. "100644 p100644 q\0"u8, .. other];
        byte[] content = [.. first, .. second, .. "40000 z\0"u8, .. inner];
        var tree = new Tree(content.Length, first.Length - 20, first.Length + 7, first.Length + second.Length - 20, first.Length + second.Length);
        var start = pack.NextOffset;
        var whole = pack.Add(PackEntryKind.Tree, content);
        var instructions = delta(tree);
        var length = Apply(content, instructions).Length;
        pack.AddOffsetDelta(pack.NextOffset - start, SyntheticPack.Delta(content.Length, length, instructions));
        made = SyntheticPack.Id(GitObjectFormat.Sha1, "tree", Apply(content, instructions));
        var parent = pack.AddCommit(whole, "base");
        var commit = pack.AddCommit(made, "cut", parent);
        return pack.ToBundle((commit, "refs/heads/main"), (commit, "HEAD"));
    }

    private static async Task<string> UnpackAsync(TempFolder folder, byte[] bundle)
    {
        var repository = folder["repository"];
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "-b", "main", repository);
        var start = bundle.AsSpan().IndexOf("\n\nPACK"u8) + 2;
        await GitCli.RunWithInputAsync(repository, bundle.AsMemory(start).ToArray(), "index-pack", "--stdin");
        var commit = Encoding.ASCII.GetString(bundle, "# v2 git bundle\n".Length, 40);
        await File.WriteAllTextAsync(Path.Combine(repository, "refs", "heads", "main"), commit + "\n");
        return repository;
    }

    private static byte[] Copy(int offset, int length) => [0xB3, (byte)(offset & 0xFF), (byte)(offset >> 8), (byte)(length & 0xFF), (byte)(length >> 8)];

    private static byte[] Insert(ReadOnlySpan<byte> bytes) => [(byte)bytes.Length, .. bytes];

    private static byte[] Apply(byte[] source, byte[] instructions)
    {
        var result = new List<byte>();
        for (var position = 0; position < instructions.Length;)
        {
            var opcode = instructions[position++];
            if ((opcode & 0x80) == 0)
            {
                result.AddRange(instructions.AsSpan(position, opcode));
                position += opcode;
            }
            else
            {
                result.AddRange(source.AsSpan(instructions[position] | (instructions[position + 1] << 8), instructions[position + 2] | (instructions[position + 3] << 8)));
                position += 4;
            }
        }

        return [.. result];
    }

    /// <summary>Where the parts of the base are.</summary>
    internal sealed record Tree(int Length, int IdOfA, int NameOfQ, int IdOfQ, int Folder);
}
