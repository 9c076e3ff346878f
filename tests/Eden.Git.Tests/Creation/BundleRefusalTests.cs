using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Creation;

/// <summary>What cannot be bundled whole is refused by name, and so is every kind of damage.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class BundleRefusalTests
{
    [Test]
    public async Task A_missing_directory_and_one_without_a_repository_are_refused()
    {
        using var folder = new TempFolder();

        Assert.That((await RefusalAsync(folder["nowhere"])).Message, Does.Contain("There is no directory").And.Contain("nowhere"));
        Assert.That((await RefusalAsync(folder.Path)).Message, Does.Contain("not a git repository"));
    }

    [Test]
    public async Task A_git_file_that_leads_nowhere_is_refused()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder[".git"], "gitdir: ../gone\n");

        Assert.That((await RefusalAsync(folder.Path)).Message, Does.Contain("does not lead to a git repository"));
    }

    [Test]
    public async Task A_shallow_clone_is_refused()
    {
        using var folder = new TempFolder();
        var origin = await RepositoryShapes.BaseAsync(folder);
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--depth=1", "file://" + origin, folder["clone"]);

        Assert.That((await RefusalAsync(folder["clone"])).Message, Does.Contain("shallow"));
    }

    [Test]
    public async Task A_partial_clone_is_refused_by_its_config_and_by_its_packs()
    {
        using var folder = new TempFolder();
        var origin = await RepositoryShapes.BaseAsync(folder);
        await GitCli.RunAsync(origin, "config", "uploadpack.allowFilter", "true");
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--bare", "--filter=blob:none", "file://" + origin, folder["clone"]);
        var byConfig = await RefusalAsync(folder["clone"]);
        await GitCli.RunAsync(folder["clone"], "config", "--remove-section", "remote.origin");
        await GitCli.TryRunAsync(folder["clone"], default, "config", "--unset", "extensions.partialClone");
        var byPack = await RefusalAsync(folder["clone"]);

        Assert.That(byConfig.Message, Does.Contain("partial clone").And.Contain("promisor").Or.Contain("partialClone"));
        Assert.That(byPack.Message, Does.Contain("partial clone").And.Contain(".promisor"));
    }

    [TestCase("core.repositoryformatversion", "2", "format version \"2\"")]
    [TestCase("extensions.mystery", "true", "extension \"mystery\"")]
    [TestCase("extensions.refstorage", "reftable", "\"reftable\"")]
    [TestCase("extensions.objectformat", "sha3", "\"sha3\"")]
    [TestCase("extensions.partialclone", "origin", "partial clone")]
    [TestCase("remote.up.promisor", "true", "remote.up.promisor")]
    public async Task A_setting_that_changes_how_the_repository_is_stored_is_refused_by_name(string key, string value, string expected)
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        await GitCli.RunAsync(path, "config", "core.repositoryformatversion", "1");
        await GitCli.RunAsync(path, "config", key, value);

        Assert.That((await RefusalAsync(path)).Message, Does.Contain(expected));
    }

    [TestCase("noop", "true")]
    [TestCase("worktreeConfig", "true")]
    [TestCase("preciousObjects", "true")]
    [TestCase("refStorage", "files")]
    [TestCase("objectFormat", "sha1")]
    public async Task Harmless_extensions_are_accepted(string extension, string value)
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        await GitCli.RunAsync(path, "config", "core.repositoryformatversion", "1");
        await GitCli.RunAsync(path, "config", $"extensions.{extension}", value);

        Assert.That((await GitBundle.CreateAsync(path, Stream.Null)).IsEmpty, Is.False);
    }

    [Test]
    public async Task A_reftable_directory_and_a_malformed_config_are_refused()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        Directory.CreateDirectory(Path.Combine(path, "reftable"));
        Assert.That((await RefusalAsync(path)).Message, Does.Contain("reftable"));

        Directory.Delete(Path.Combine(path, "reftable"));
        File.AppendAllText(Path.Combine(path, "config"), "[core\n");
        Assert.That((await RefusalAsync(path)).Message, Does.Contain("config is malformed, line "));
    }

    [TestCase("", "refs/heads/broken is broken")]
    [TestCase("0123\n", "refs/heads/broken is broken")]
    [TestCase("zz34567890123456789012345678901234567890\n", "refs/heads/broken is broken")]
    [TestCase("0000000000000000000000000000000000000000\n", "refs/heads/broken is broken")]
    [TestCase("1234567890123456789012345678901234567890\n", "1234567890123456789012345678901234567890 is missing; the ref refs/heads/broken names it")]
    [TestCase("ref: refs/heads/broken\n", "refs/heads/broken is broken")]
    [TestCase("ref: ../../etc/passwd\n", "refs/heads/broken is broken")]
    public async Task A_broken_ref_is_refused_by_name(string content, string expected)
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        File.WriteAllText(Path.Combine(path, "refs", "heads", "broken"), content);

        Assert.That((await RefusalAsync(path)).Message, Does.Contain(expected));
    }

    [TestCase("refs/heads/tag", "v1", "tag")]
    [TestCase("refs/heads/tree", "main^{tree}", "tree")]
    [TestCase("HEAD", "main:run.sh", "blob")]
    public async Task A_branch_that_names_no_commit_is_refused(string name, string target, string kind)
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        File.WriteAllText(Path.Combine(path, name), await GitCli.RunAsync(path, "rev-parse", target) + "\n");

        Assert.That((await RefusalAsync(path)).Message, Does.Contain($"The ref {name} is broken").And.Contain($"is a {kind}, not a commit"));
    }

    [TestCase("garbage\n", "line 1")]
    [TestCase("1234567890123456789012345678901234567890 refs/heads/../x\n", "line 1")]
    [TestCase("# pack-refs with: peeled\n^1234567890123456789012345678901234567890\n", "line 2")]
    [TestCase("1234567890123456789012345678901234567890 refs/heads/cut", "line 1")]
    public async Task A_malformed_packed_refs_is_refused_with_its_line(string content, string expected)
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        File.WriteAllText(Path.Combine(path, "packed-refs"), content);

        Assert.That((await RefusalAsync(path)).Message, Does.Contain("packed-refs is malformed").And.Contain(expected));
    }

    [Test]
    public async Task A_missing_object_is_named_together_with_what_names_it()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        var blob = await GitCli.RunAsync(path, "rev-parse", "main:run.sh");
        var tree = await GitCli.RunAsync(path, "rev-parse", "main^{tree}");
        File.Delete(Path.Combine(path, "objects", blob[..2], blob[2..]));

        Assert.That((await RefusalAsync(path)).Message, Does.Contain(blob).And.Contain($"the tree {tree} names it as \"run.sh\""));
    }

    [Test]
    public async Task A_loose_object_that_does_not_hash_to_its_name_is_refused()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        var one = await GitCli.RunAsync(path, "rev-parse", "main:run.sh");
        var other = await GitCli.RunAsync(path, "rev-parse", "main:log-0.txt");
        var place = Path.Combine(path, "objects", one[..2], one[2..]);
        File.Delete(place);
        File.Copy(Path.Combine(path, "objects", other[..2], other[2..]), place);

        Assert.That((await RefusalAsync(path)).Message, Does.Contain("corrupt").And.Contain(one[2..]));
    }

    [Test]
    public async Task Every_flipped_byte_of_a_pack_is_noticed()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.PackedAsync(await RepositoryShapes.BaseAsync(folder, "--bare"));
        var pack = Directory.GetFiles(Path.Combine(path, "objects", "pack"), "*.pack").Single();
        var good = File.ReadAllBytes(pack);
        File.Delete(pack);
        for (var at = 0; at < good.Length; at += 7)
        {
            var bad = good.ToArray();
            bad[at] ^= 0x20;
            File.WriteAllBytes(pack, bad);
            var refusal = await RefusalAsync(path);
            Assert.That(refusal.Message, Does.Contain("corrupt"), $"byte {at}");
        }
    }

    [Test]
    public async Task A_blob_whose_pack_and_index_hash_right_again_is_refused_for_its_own_checksum()
    {
        // A blob is copied as it is and never inflated: behind the checksums of both files, only the CRC-32 of its entry tells.
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        var noise = new byte[3_000];
        new Random(3).NextBytes(noise);
        var blob = Encoding.ASCII.GetString(await GitCli.RunWithInputAsync(path, noise, "hash-object", "-w", "--stdin")).Trim();
        await GitCli.RunAsync(path, "update-ref", "refs/x/noise", blob);
        await RepositoryShapes.PackedAsync(path);
        var index = Directory.GetFiles(Path.Combine(path, "objects", "pack"), "*.idx").Single();
        var pack = Path.ChangeExtension(index, ".pack");
        var listed = Encoding.ASCII.GetString(await GitCli.RunWithInputAsync(path, File.ReadAllBytes(index), "show-index")).Split('\n');
        var offset = int.Parse(listed.Single(line => line.Contains(blob, StringComparison.Ordinal)).Split(' ')[0], CultureInfo.InvariantCulture);
        var packBytes = File.ReadAllBytes(pack);
        packBytes[offset + 1_500] ^= 1;
        SHA1.HashData(packBytes.AsSpan(..^20)).CopyTo(packBytes.AsSpan(packBytes.Length - 20));
        var indexBytes = File.ReadAllBytes(index);
        packBytes.AsSpan(^20..).CopyTo(indexBytes.AsSpan(indexBytes.Length - 40));
        SHA1.HashData(indexBytes.AsSpan(..^20)).CopyTo(indexBytes.AsSpan(indexBytes.Length - 20));
        File.Delete(pack);
        File.Delete(index);
        File.WriteAllBytes(pack, packBytes);
        File.WriteAllBytes(index, indexBytes);

        Assert.That((await RefusalAsync(path)).Message, Does.Contain(blob).And.Contain("do not match the CRC-32 of the index"));
    }

    [Test]
    public async Task Every_flipped_byte_of_an_index_is_noticed()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.PackedAsync(await RepositoryShapes.BaseAsync(folder, "--bare"));
        var index = Directory.GetFiles(Path.Combine(path, "objects", "pack"), "*.idx").Single();
        var good = File.ReadAllBytes(index);
        File.Delete(index);
        for (var at = 0; at < good.Length; at += 29)
        {
            var bad = good.ToArray();
            bad[at] ^= 0x01;
            File.WriteAllBytes(index, bad);
            Assert.That((await RefusalAsync(path)).Message, Does.Contain("pack"), $"byte {at}");
        }
    }

    [Test]
    public async Task A_pack_or_index_that_is_cut_short_is_refused()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.PackedAsync(await RepositoryShapes.BaseAsync(folder, "--bare"));
        foreach (var file in Directory.GetFiles(Path.Combine(path, "objects", "pack")).Where(file => Path.GetExtension(file) is ".pack" or ".idx"))
        {
            var good = File.ReadAllBytes(file);
            File.Delete(file);
            foreach (var length in new[] { 0, 1, 11, 12, 40, 1031, good.Length / 2, good.Length - 1 })
            {
                File.WriteAllBytes(file, good[..length]);
                Assert.That((await RefusalAsync(path)).Message, Does.Contain("pack"), $"{file} cut to {length}");
            }

            File.WriteAllBytes(file, good);
        }
    }

    [Test]
    public async Task A_pack_with_a_flipped_byte_and_an_index_without_checksums_is_refused()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        await GitCli.RunAsync(path, "-c", "pack.indexVersion=1", "repack", "-q", "-a", "-d");
        var pack = Directory.GetFiles(Path.Combine(path, "objects", "pack"), "*.pack").Single();
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 4;
        File.Delete(pack);
        File.WriteAllBytes(pack, bytes);

        Assert.That((await RefusalAsync(path)).Message, Does.Contain("corrupt"));
    }

    [Test]
    public async Task An_alternate_that_is_gone_is_refused_by_name()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BuildAsync("alternates", folder);
        Directory.Move(folder["middle"], folder["moved"]);

        Assert.That((await RefusalAsync(path)).Message, Does.Contain("does not exist").And.Contain("middle"));
    }

    [Test]
    public async Task Alternates_that_name_each_other_end()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--bare", "--shared", path, folder["other"]);
        File.WriteAllText(Path.Combine(path, "objects", "info", "alternates"), Path.Combine(folder["other"], "objects") + "\n");

        Assert.That((await GitBundle.CreateAsync(path, Stream.Null)).IsEmpty, Is.False);
    }

    [Test]
    public async Task Deltas_that_are_each_others_base_are_refused()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        var first = Enumerable.Repeat((byte)0x11, 20).ToArray();
        var second = Enumerable.Repeat((byte)0x22, 20).ToArray();
        var (pack, index) = DeltaCycle(first, second);
        Directory.CreateDirectory(Path.Combine(path, "objects", "pack"));
        File.WriteAllBytes(Path.Combine(path, "objects", "pack", "pack-cycle.pack"), pack);
        File.WriteAllBytes(Path.Combine(path, "objects", "pack", "pack-cycle.idx"), index);
        File.WriteAllText(Path.Combine(path, "refs", "heads", "cycle"), Convert.ToHexStringLower(first) + "\n");

        Assert.That((await RefusalAsync(path)).Message, Does.Contain(Convert.ToHexStringLower(first)).And.Contain("round in a circle"));
    }

    /// <summary>A pack of two deltas that name each other, and a well-formed index of it.</summary>
    private static (byte[] Pack, byte[] Index) DeltaCycle(byte[] first, byte[] second)
    {
        byte[] delta = [0x04, 0x04, 0x90, 0x04];
        using var deflated = new MemoryStream();
        using (var deflater = new ZLibStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write(delta);
        }

        byte[] EntryOn(byte[] named) => [0x74, .. named, .. deflated.ToArray()];
        byte[] body = [.. "PACK"u8, 0, 0, 0, 2, 0, 0, 0, 2, .. EntryOn(second), .. EntryOn(first)];
        byte[] pack = [.. body, .. SHA1.HashData(body)];
        using var index = new MemoryStream();
        index.Write([0xFF, 0x74, 0x4F, 0x63, 0, 0, 0, 2]);
        for (var bucket = 0; bucket < 256; bucket++)
        {
            index.Write([0, 0, 0, (byte)(bucket < 0x11 ? 0 : bucket < 0x22 ? 1 : 2)]);
        }

        index.Write(first);
        index.Write(second);
        index.Write(new byte[8]); // checksums: never looked at, the cycle shows first
        index.Write([0, 0, 0, 12, 0, 0, 0, (byte)(12 + EntryOn(second).Length)]);
        index.Write(pack.AsSpan(pack.Length - 20));
        index.Write(SHA1.HashData(index.ToArray()));
        return (pack, index.ToArray());
    }

    private static async Task<GitException> RefusalAsync(string path)
    {
        try
        {
            await GitBundle.CreateAsync(path, Stream.Null);
        }
        catch (GitException refusal)
        {
            Assert.That(refusal.IsTransient, Is.False, "the same repository is refused again");
            return refusal;
        }

        throw new AssertionException($"The repository {path} was bundled.");
    }
}
