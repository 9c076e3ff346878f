using Eden.Git.Tests;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Eden.Git.Tests.Creation;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;
using Eden.Shared;

namespace Eden.Checkpoint.Tests.Heavy;

/// <summary>Objects of more than 2 GiB, whole and as deltas: they pass through windows and files, and memory holds none of them.</summary>
[TestFixture]
public class LargeObjectTests
{
    private const int BlockLength = 1 << 14;
    private const long Size = (1L << 31) + 12_345;
    private static readonly byte[] s_block = RandomNumberGenerator.GetBytes(BlockLength);
    private static readonly ProcessMeans s_small = new() { HeapBytes = 128 << 20, Patience = TimeSpan.FromMinutes(10) };

    [Test, Category("Huge")]
    public async Task Objects_of_two_gibibytes_are_verified_restored_and_bundled_again_by_a_process_of_128_MiB()
    {
        using var folder = new TempFolder();
        var file = folder["large.bundle"];
        var ids = await WriteBundleAsync(file);
        var verified = await ConsoleRun.StartAsync(s_small, folder.Path, "bundle", "verify", "--depth", "commits", file);
        Assert.That(verified.ExitCode, Is.Zero, verified.Error);

        var restored = await ConsoleRun.StartAsync(s_small, folder.Path, "bundle", "restore", file, folder["first.git"]);
        Assert.That(restored.ExitCode, Is.Zero, restored.Error);
        Assert.That(await SizesAsync(folder["first.git"], ids), Is.EqualTo([Size, Size + 4, 5]), "git finds them, by what they must hash to");

        // Nothing reaches the base any more, so its deltas must be made whole: the large one, and the small one of a large base.
        await GitCli.RunAsync(folder["first.git"], "update-ref", "-d", "refs/heads/main");
        var created = await ConsoleRun.StartAsync(s_small, folder.Path, "bundle", "create", folder["first.git"], folder["second.bundle"]);
        Assert.That(created.ExitCode, Is.Zero, created.Error);
        var again = await ConsoleRun.StartAsync(s_small, folder.Path, "bundle", "restore", folder["second.bundle"], folder["second.git"]);
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        Assert.That(again.Output, Does.Contain("4 objects"), "commit, tree, two blobs");
        Assert.That(await SizesAsync(folder["second.git"], ids[1..]), Is.EqualTo([Size + 4, 5]));

        using var bundle = BundleFile.At(file);
        var report = await GitBundle.VerifyAsync(bundle, new GitBundleVerifyOptions { Limits = new GitLimits { MaxObjectBytes = Size - 1 } });
        Assert.That(report.Faults.Single().Kind, Is.EqualTo(GitFaultKind.Limit));
        Assert.That(report.Faults.Single().Message, Does.Contain($"an object declares {Size} bytes"));
    }

    [Test]
    public async Task Large_deltas_of_bases_that_no_ref_reaches_are_made_whole_as_git_does_it()
    {
        // The same with objects that git can judge in little memory.
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var noise = new byte[24 << 20];
        new Random(24).NextBytes(noise);
        await File.WriteAllBytesAsync(Path.Combine(path, "noise"), noise);
        await GitCli.RunAsync(path, "checkout", "-q", "-b", "base");
        await GitCli.RunAsync(path, "add", "noise");
        await GitCli.RunAsync(path, "commit", "-q", "-m", "base");
        await GitCli.RunAsync(path, "checkout", "-q", "--orphan", "kept");
        noise.AsSpan(5_000_000, 100).Clear();
        await File.WriteAllBytesAsync(Path.Combine(path, "noise"), noise[..^100]);
        await GitCli.RunAsync(path, "add", "noise");
        await GitCli.RunAsync(path, "commit", "-q", "-m", "kept");
        await GitCli.RunAsync(path, "repack", "-q", "-a", "-d", "-f");
        await GitCli.RunAsync(path, "branch", "-q", "-D", "base");
        var kept = await GitCli.RunAsync(path, "rev-parse", "kept:noise");
        var verbose = await GitCli.RunAsync(path, "verify-pack", "-v", Directory.GetFiles(Path.Combine(path, ".git", "objects", "pack"), "*.idx").Single());
        Assert.That(verbose.Split('\n').Single(line => line.StartsWith(kept, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(7), "git made it a delta");

        Directory.CreateDirectory(folder["aside"]);
        await BundleOracle.CreateAsync(path, folder["bundle"], new GitBundleCreateOptions { TemporaryDirectory = folder["aside"] });

        var clone = await BundleOracle.CloneAsync(folder, path, folder["bundle"]);
        Assert.That(
            await BundleOracle.LinesAsync(clone, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"),
            Is.EqualTo((await BundleOracle.LinesAsync(path, "rev-list", "--objects", "--no-object-names", "--all")).Order(StringComparer.Ordinal)));
        Assert.That(Directory.GetFileSystemEntries(folder["aside"]), Is.Empty);
    }

    [Test]
    public async Task A_limit_on_objects_holds_for_those_that_must_be_made_whole()
    {
        using var folder = new TempFolder();
        var pack = new SyntheticPack();
        var content = new byte[20 << 20];
        var start = pack.NextOffset;
        var blob = pack.Add(PackEntryKind.Blob, content);
        pack.AddOffsetDelta(pack.NextOffset - start, CopyAll(content.Length, "tail"u8));
        var derived = SyntheticPack.Id(GitObjectFormat.Sha1, "blob", [.. content, .. "tail"u8]);
        var path = folder["repository"];
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", path);
        await GitCli.RunWithInputAsync(path, pack.ToPack(), "index-pack", "--stdin");
        await GitCli.RunAsync(path, "update-ref", "refs/x/derived", derived);
        var options = new GitBundleCreateOptions { Limits = new GitLimits { MaxObjectBytes = content.Length + 4 } };
        Assert.That((await GitBundle.CreateAsync(path, Stream.Null, options)).ObjectCount, Is.EqualTo(1));

        var refusal = Assert.CatchAsync<GitException>(
            () => GitBundle.CreateAsync(path, Stream.Null, options with { Limits = new GitLimits { MaxObjectBytes = content.Length + 3 } }));
        Assert.That((await refusal)!.Message, Does.Contain(derived).And.Contain("more than the limit"));
        Assert.That(blob, Is.Not.EqualTo(derived));
    }

    [Test, Platform("Unix")]
    public async Task Bases_that_wait_again_and_again_are_written_to_disk_once()
    {
        // A base of 7 MiB with fifty children, each the root of a tree that fills the memory for bases anew.
        const int Length = 7 << 20;
        var pack = new SyntheticPack();
        var root = pack.NextOffset;
        pack.Add(PackEntryKind.Blob, new byte[Length]);
        for (var child = 0; child < 50; child++)
        {
            Grow(Length, root, 3, [(byte)child, 7]);
        }

        void Grow(int size, long start, int depth, byte[] tail)
        {
            var offset = pack.NextOffset;
            pack.AddOffsetDelta(offset - start, CopyAll(size, tail));
            for (var branch = 0; branch < 2 && depth > 0; branch++)
            {
                Grow(size + tail.Length, offset, depth - 1, [(byte)branch]);
            }
        }

        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["bases.bundle"], pack.ToBundle());
        var run = await ConsoleRun.StartAsync(s_small with { FileBytes = 64 << 20 }, folder.Path, "bundle", "verify", folder["bases.bundle"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("751 objects"));
    }

    /// <summary>A blob of repeated noise, the same blob with a tail as a delta, five bytes of its end as another; one ref reaches all three, one only the deltas.</summary>
    private static async Task<string[]> WriteBundleAsync(string path)
    {
        var whole = IdOf(Size, default);
        var longer = IdOf(Size + 4, "tail"u8);
        var end = Enumerable.Range(0, 5).Select(index => s_block[(int)((Size - 5 + index) % BlockLength)]).ToArray();
        var shorter = SyntheticPack.Id(GitObjectFormat.Sha1, "blob", end);
        var pack = new SyntheticPack();
        var start = pack.NextOffset;
        pack.AddRaw(PackEntryKind.Blob, Size, [], Compress());
        pack.AddOffsetDelta(pack.NextOffset - start, CopyAll(Size, "tail"u8));
        pack.AddOffsetDelta(pack.NextOffset - start, SyntheticPack.Delta(Size, 5, Copy(Size - 5, 5)));
        byte[] Entry(string name, string id) => [.. Encoding.ASCII.GetBytes($"100644 {name}\0"), .. Convert.FromHexString(id)];
        var all = pack.AddCommit(pack.Add(PackEntryKind.Tree, [.. Entry("a", whole), .. Entry("b", longer), .. Entry("c", shorter)]), "all");
        var derived = pack.AddCommit(pack.Add(PackEntryKind.Tree, [.. Entry("b", longer), .. Entry("c", shorter)]), "derived");
        await File.WriteAllBytesAsync(path, pack.ToBundle((derived, "refs/heads/derived"), (all, "refs/heads/main"), (all, "HEAD")));
        return [whole, longer, shorter];
    }

    private static byte[] Compress()
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            Write(zlib.Write);
        }

        return compressed.ToArray();
    }

    private static string IdOf(long length, ReadOnlySpan<byte> tail)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {length}\0"));
        Write(hash.AppendData);
        hash.AppendData(tail);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Write(Action<ReadOnlySpan<byte>> write)
    {
        for (var left = Size; left > 0; left -= BlockLength)
        {
            write(s_block.AsSpan(0, (int)Math.Min(left, BlockLength)));
        }
    }

    private static byte[] CopyAll(long length, ReadOnlySpan<byte> tail)
    {
        var instructions = new List<byte>();
        for (var offset = 0L; offset < length; offset += 0xFF_FFFF)
        {
            instructions.AddRange(Copy(offset, (int)Math.Min(0xFF_FFFF, length - offset)));
        }

        return SyntheticPack.Delta(length, length + tail.Length, [.. instructions, (byte)tail.Length, .. tail]);
    }

    private static byte[] Copy(long offset, int length)
    {
        var instruction = new byte[9];
        BinaryPrimitives.WriteUInt32LittleEndian(instruction.AsSpan(1), (uint)offset);
        BinaryPrimitives.WriteInt32LittleEndian(instruction.AsSpan(5), length);
        instruction[0] = 0xFF;
        return instruction[..8];
    }

    private static async Task<long[]> SizesAsync(string repository, string[] ids)
    {
        var listed = Encoding.ASCII.GetString(await GitCli.RunWithInputAsync(
            repository, Encoding.ASCII.GetBytes(string.Concat(ids.Select(id => id + "\n"))), "cat-file", "--batch-check=%(objectsize)"));
        return [.. listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => long.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];
    }
}
