using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>One sound bundle, damaged one way at a time; where a checksum covers the place it is put right again, so that the inner check is the one that must notice.</summary>
[TestFixture]
public class BundleDamageTests
{
    private const string EmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    private const string Nowhere = "1111111111111111111111111111111111111111";
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(line => $"line {line}\n")));

    public static IEnumerable<TestCaseData> Headers()
    {
        yield return Case("nothing of a bundle", "hello\n", "does not begin like a git bundle");
        yield return Case("a version that is not known", "# v4 git bundle\n\n", "does not begin like a git bundle");
        yield return Case("cut inside the signature", "# v2 git", "ends inside its header");
        yield return Case("cut inside a ref", $"# v2 git bundle\n{EmptyTree} refs/hea", "ends inside its header");
        yield return Case("no empty line", $"# v2 git bundle\n{EmptyTree} refs/heads/main\n", "ends inside its header");
        yield return Case("a short id", "# v2 git bundle\n1234 refs/heads/main\n\n", "malformed header line");
        yield return Case("an id that is not hex", $"# v2 git bundle\n{EmptyTree[1..]}g refs/heads/main\n\n", "malformed header line");
        yield return Case("a SHA-256 id in a SHA-1 bundle", $"# v2 git bundle\n{new string('a', 64)} refs/heads/main\n\n", "malformed header line");
        yield return Case("a ref without a name", $"# v2 git bundle\n{EmptyTree}\n\n", "malformed header line");
        yield return Case("a prerequisite after a ref", $"# v2 git bundle\n{EmptyTree} refs/heads/a\n-{EmptyTree}\n\n", "malformed header line");
        yield return Case("a capability in version 2", "# v2 git bundle\n@object-format=sha1\n\n", "malformed header line");
        yield return Case("an object format that is not known", "# v3 git bundle\n@object-format=md5\n\n", "is not known");
        yield return Case("two object formats", "# v3 git bundle\n@object-format=sha1\n@object-format=sha256\n\n", "names its object format twice");
        yield return Case("carriage returns", "# v2 git bundle\r\n\r\n", "does not begin like a git bundle");
        yield return Case("an endless line", $"# v2 git bundle\n{EmptyTree} {new string('x', 70_000)}\n\n", "longer than");
        yield return Case("no pack", "# v2 git bundle\n\n", "cut off");
        foreach (var name in (string[])["main", "refs/heads/a..b", "refs/heads/a b", "refs/heads/.a", "refs/heads/a.lock", "refs/heads/a/", "refs/heads//a", "refs/heads/a~1", "refs/heads/@{", "refs/heads/a\\b", "refs/heads/a.", "../../etc/passwd", "refs/../x", "refs/heads/\u007f", "refs/"])
        {
            yield return Case($"an illegal name {name.Replace('\u007f', '?')}", $"# v2 git bundle\n{EmptyTree} {name}\n\n", "no legal ref name");
        }

        yield return Case("a ref twice", $"# v2 git bundle\n{EmptyTree} refs/heads/a\n{EmptyTree} refs/heads/a\n\n", "more than once");
        yield return Case("a ref below a ref", $"# v2 git bundle\n{EmptyTree} refs/heads/a\n{EmptyTree} refs/heads/a/b\n\n", "cannot stand beside refs/heads/a");
        yield return Case("a filter", "# v3 git bundle\n@filter=blob:none\n\n", "partial");
        yield return Case("another capability", "# v3 git bundle\n@tomorrow\n\n", "capability that is not known");

        static TestCaseData Case(string name, string header, string expected) => new TestCaseData(header, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Headers))]
    public async Task A_damaged_header_is_refused(string header, string expected)
    {
        var report = await VerifyAsync(Encoding.UTF8.GetBytes(header));
        Assert.That(report.Faults.Select(violation => violation.Message), Has.Some.Contains(expected));
    }

    public static IEnumerable<TestCaseData> Packs()
    {
        yield return Case("a signature", bundle => Edit(bundle, 0, 0x51), "does not begin with PACK");
        yield return Case("a version", bundle => Edit(bundle, 7, 4), "version 4");
        yield return Case("one object too many declared", bundle => Edit(bundle, 11, 8), "ends after 7 of 8");
        yield return Case("one object too few declared", bundle => Edit(bundle, 11, 6), "goes on for");
        yield return Case("four thousand million objects declared", bundle => Edit(bundle, 8, 0xFF), "more than can be handled");
        yield return Case("an entry type", bundle => Edit(bundle, 12, 0x50), "entry type 5");
        yield return Case("entry type zero", bundle => Edit(bundle, 12, 0x00), "entry type 0");
        yield return Case("a size", bundle => Edit(bundle, 12, (byte)(PackByte(bundle, 12) ^ 1)), "the declared size");
        yield return Case("a compression header", bundle => Edit(bundle, 14, 0x79), "malformed");
        yield return Case("a byte of the checksum", bundle => { bundle[^1] ^= 1; return bundle; }, "checksum at the end");
        yield return Case("garbage behind the end", bundle => [.. bundle, 1, 2, 3], "goes on for 3 bytes");
        yield return Case("a cut by one byte", bundle => bundle[..^1], "ends too early", "malformed", "checksum", "goes on");
        yield return Case("a cut in the middle", bundle => bundle[..(bundle.Length / 2)], "ends", "malformed");
        yield return Case("a cut in the pack's header", bundle => bundle[..(PackStart(bundle) + 6)], "cut off");

        static TestCaseData Case(string name, Func<byte[], byte[]> damage, params string[] expected) => new TestCaseData(damage, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Packs))]
    public async Task A_damaged_pack_is_refused_to_both_depths(Func<byte[], byte[]> damage, string[] expected)
    {
        var bundle = damage(SoundBundles.Sound());
        foreach (var depth in Enum.GetValues<GitVerification>())
        {
            var report = await VerifyAsync(bundle, depth);
            Assert.That(report.Faults.Select(violation => violation.Message).Any(message => expected.Any(message.Contains)), string.Join("; ", report.Faults));
        }
    }

    [Test]
    public async Task A_match_that_reaches_back_by_less_than_its_own_length_too_far_is_refused_to_both_depths([Values] GitVerification depth)
    {
        // One byte, then three from two bytes before: a depth that only counts once took the three as already there.
        var pack = new SyntheticPack();
        pack.AddRaw(PackEntryKind.Blob, 4, [], Convert.FromHexString("789C000100FEFF0003420000010001"));
        Assert.That((await VerifyAsync(pack.ToBundle(), depth)).Faults.Single().Message, Does.Contain("compressed data is malformed"));
    }

    public static IEnumerable<TestCaseData> Deltas()
    {
        yield return Case("another base size", SyntheticPack.Delta(s_text.Length + 1, 5, 0x90, 5));
        yield return Case("a copy beyond the base", SyntheticPack.Delta(s_text.Length, 5, 0x91, 0xFF, 0xFF));
        yield return Case("a copy that ends beyond the base", SyntheticPack.Delta(s_text.Length, 200, 0x93, (byte)((s_text.Length - 5) & 0xFF), (byte)((s_text.Length - 5) >> 8), 200));
        yield return Case("a copy of four gigabytes away", SyntheticPack.Delta(s_text.Length, 5, 0x9F, 0xFF, 0xFF, 0xFF, 0xFF, 5));
        yield return Case("a result that stays short", SyntheticPack.Delta(s_text.Length, 6, 0x90, 5));
        yield return Case("a result that grows too long", SyntheticPack.Delta(s_text.Length, 4, 0x90, 5));
        yield return Case("a literal cut off", SyntheticPack.Delta(s_text.Length, 9, 9, 1, 2));
        yield return Case("a literal too long", SyntheticPack.Delta(s_text.Length, 2, 3, 1, 2, 3));
        yield return Case("operands cut off", SyntheticPack.Delta(s_text.Length, 5, 0x91));
        yield return Case("the reserved instruction", SyntheticPack.Delta(s_text.Length, 5, 0));
        yield return Case("of an empty result, shorter than git applies", SyntheticPack.Delta(s_text.Length, 0));
        yield return Case("no sizes", []);
        yield return Case("one size", [5]);
        yield return Case("endless sizes", [.. Enumerable.Repeat((byte)0xFF, 30)]);

        static TestCaseData Case(string name, byte[] delta) => new TestCaseData(delta).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Deltas))]
    public async Task A_damaged_delta_is_refused(byte[] delta)
    {
        var pack = new SyntheticPack();
        var blob = pack.Add(PackEntryKind.Blob, s_text);
        pack.AddOffsetDelta(pack.NextOffset - PackHeader.Length, delta);
        var report = await VerifyAsync(pack.ToBundle((blob, "refs/x/blob")));
        Assert.That(report.Faults.Single().Message, Does.Contain("delta is malformed"));

        var quick = await VerifyAsync(pack.ToBundle((blob, "refs/x/blob")), GitVerification.Commits);
        Assert.That(
            quick.IsWhole, Is.EqualTo(DeltaPatch.TryReadSizes(delta, out _, out _, out _)), "the quick depth reads sizes, and looks for the blob that a ref names and finds it");
        quick = await VerifyAsync(pack.ToBundle((blob, "refs/x/blob"), (new string('a', 40), "refs/x/other")), GitVerification.Commits);
        Assert.That(quick.Faults.Single().Message, Does.Contain("delta is malformed"), "what a ref names may be what the delta makes");
    }

    [Test]
    public async Task Deltas_must_point_back_at_the_start_of_an_entry([Values(0, 1, 5, 400, 1L << 40)] long distance)
    {
        var pack = new SyntheticPack();
        pack.Add(PackEntryKind.Blob, s_text);
        if (distance > 0)
        {
            pack.AddOffsetDelta(distance, SyntheticPack.Delta(s_text.Length, 5, 0x90, 5));
        }
        else
        {
            pack.AddRaw(PackEntryKind.OffsetDelta, 4, [0], SyntheticPack.Deflate(SyntheticPack.Delta(s_text.Length, 5, 0x90, 5)));
        }

        var report = await VerifyAsync(pack.ToBundle());
        Assert.That(report.Faults.Single().Message, Does.Contain($"no object begins {distance} bytes before"));
    }

    [Test]
    public async Task Reference_deltas_resolve_in_any_order_and_through_chains([Values] GitObjectFormat format)
    {
        var first = Encoding.ASCII.GetBytes("0123456789");
        var second = Encoding.ASCII.GetBytes("01234");
        var third = Encoding.ASCII.GetBytes("012");
        var pack = new SyntheticPack(format);
        pack.AddReferenceDelta(SyntheticPack.Id(format, "blob", second), SyntheticPack.Delta(5, 3, 0x90, 3));
        pack.AddReferenceDelta(SyntheticPack.Id(format, "blob", first), SyntheticPack.Delta(10, 5, 0x90, 5));
        pack.Add(PackEntryKind.Blob, first);
        var report = await VerifyAsync(pack.ToBundle(
            (SyntheticPack.Id(format, "blob", third), "refs/x/third"), (SyntheticPack.Id(format, "blob", second), "refs/x/second")));
        Assert.That(report.Faults, Is.Empty);
        Assert.That(report.ObjectCount, Is.EqualTo(3));
    }

    [Test]
    public async Task Reference_deltas_that_wait_for_each_other_are_refused()
    {
        var pack = new SyntheticPack();
        var blob = pack.Add(PackEntryKind.Blob, s_text);
        pack.AddReferenceDelta("2222222222222222222222222222222222222222", SyntheticPack.Delta(5, 5, 0x90, 5));
        pack.AddReferenceDelta(Nowhere, SyntheticPack.Delta(5, 5, 0x90, 5));
        var report = await VerifyAsync(pack.ToBundle((blob, "refs/x/blob")));
        Assert.That(report.Faults.Single().Message, Does.Contain("2222222222222222222222222222222222222222 is not in the pack"));
    }

    [Test]
    public async Task An_object_that_is_in_the_pack_twice_is_tolerated_as_git_does_it()
    {
        var pack = new SyntheticPack();
        var blob = pack.Add(PackEntryKind.Blob, s_text);
        pack.Add(PackEntryKind.Blob, s_text);
        var tree = pack.Add(PackEntryKind.Tree, []);
        var commit = pack.AddCommit(tree, "one");
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["twice.bundle"], pack.ToBundle((commit, "refs/heads/main"), (blob, "refs/x/blob")));
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--mirror", "twice.bundle", "git.git");
        using var bundle = BundleFile.At(folder["twice.bundle"]);
        var restored = await GitBundle.RestoreAsync(bundle, folder["ours.git"]);
        Assert.That(restored.Warnings.Single(), Does.Contain("more than once"));
        Assert.That(await GitCli.RunAsync(folder["ours.git"], "cat-file", "-s", blob), Is.EqualTo($"{s_text.Length}"));
    }

    [Test]
    public async Task A_delta_whose_named_base_is_in_the_pack_twice_is_refused_as_git_does_it()
    {
        var pack = new SyntheticPack();
        var blob = pack.Add(PackEntryKind.Blob, s_text);
        pack.Add(PackEntryKind.Blob, s_text);
        pack.AddReferenceDelta(blob, SyntheticPack.Delta(s_text.Length, 5, 0x90, 5));
        var report = await VerifyAsync(pack.ToBundle((blob, "refs/x/blob")));
        Assert.That(report.Faults.Single().Message, Does.Contain("more than once"));
    }

    public static IEnumerable<TestCaseData> Objects()
    {
        yield return Case("a commit without a tree", PackEntryKind.Commit, "author a <a> 1 +0000\n\n", "no well-formed tree line");
        yield return Case("a commit with half a parent", PackEntryKind.Commit, $"tree {EmptyTree}\nparent {Nowhere[..39]}\nauthor a <a> 1 +0000\n\nmuch more text, so that it is long enough\n", "malformed parent");
        yield return Case("a commit whose parent is missing", PackEntryKind.Commit, $"tree {EmptyTree}\nparent {Nowhere}\n\n", $"parent {Nowhere} is not in the pack");
        yield return Case("a commit whose parent is a tree", PackEntryKind.Commit, $"tree {EmptyTree}\nparent {EmptyTree}\n\n", "is a tree, not a commit");
        yield return Case("a commit that ends with its tree", PackEntryKind.Commit, $"tree {EmptyTree}\n", "no well-formed tree line");
        yield return Case("a commit that ends with a parent", PackEntryKind.Commit, $"tree {EmptyTree}\nparent {Nowhere}\n", "malformed parent");
        yield return Case("a commit that ends with a parent line that does not end", PackEntryKind.Commit, $"tree {EmptyTree}\nparent {Nowhere} ", "malformed parent");
        yield return Case("a commit whose tree is missing", PackEntryKind.Commit, $"tree {Nowhere}\n\n", $"names {Nowhere}, which is not in the pack");
        yield return Case("a tag without a type", PackEntryKind.Tag, $"object {EmptyTree}\ntag x\nand some more\n", "of which kind");
        yield return Case("a tag of a kind that is not known", PackEntryKind.Tag, $"object {EmptyTree}\ntype thing\ntag x\n\n", "of which kind");
        yield return Case("a tag that lies about the kind", PackEntryKind.Tag, $"object {EmptyTree}\ntype commit\ntag x\n\n", "is a tree, not a commit");
        yield return Case("a tag of something missing", PackEntryKind.Tag, $"object {Nowhere}\ntype blob\ntag x\n\n", "is not in the pack");
        yield return Case("a tag of too few bytes", PackEntryKind.Tag, $"object {EmptyTree}\ntype tree\ntag \n", "shorter than git reads");
        yield return Case("a tag without a name", PackEntryKind.Tag, $"object {EmptyTree}\ntype tree\n\nand some more\n", "tag line");
        yield return Case("a tree of garbage", PackEntryKind.Tree, "hello", "malformed mode");
        yield return Case("a tree with an empty name", PackEntryKind.Tree, "100644 \0" + new string('x', 20), "empty name");
        yield return Case("a tree cut inside an id", PackEntryKind.Tree, "100644 a\0" + new string('x', 19), "ends inside an entry");
        yield return Case("a tree with a missing entry", PackEntryKind.Tree, "100644 a\0" + new string('x', 20), "is not in the pack");

        static TestCaseData Case(string name, PackEntryKind kind, string content, string expected) => new TestCaseData((int)kind, content, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Objects))]
    public async Task A_damaged_object_matters_when_a_ref_reaches_it_and_only_then(int kind, string content, string expected)
    {
        var pack = new SyntheticPack();
        var tree = pack.Add(PackEntryKind.Tree, []);
        var commit = pack.AddCommit(tree, "sound");
        var damaged = pack.Add((PackEntryKind)kind, Encoding.ASCII.GetBytes(content));
        var reached = await VerifyAsync(pack.ToBundle((commit, "refs/heads/main"), (damaged, "refs/x/damaged")));
        var unreached = await VerifyAsync(pack.ToBundle((commit, "refs/heads/main")));
        Assert.That(reached.Faults.Select(violation => violation.Message), Has.Some.Contains(expected));
        Assert.That(unreached.Faults, Is.Empty);
    }

    [Test]
    public async Task The_shortest_commits_and_tags_that_git_reads_are_accepted()
    {
        var pack = new SyntheticPack();
        var tree = pack.Add(PackEntryKind.Tree, []);
        var first = pack.Add(PackEntryKind.Commit, Encoding.ASCII.GetBytes($"tree {tree}\n\n"));
        var second = pack.Add(PackEntryKind.Commit, Encoding.ASCII.GetBytes($"tree {tree}\nparent {first}\n\n"));
        var tag = pack.Add(PackEntryKind.Tag, Encoding.ASCII.GetBytes($"object {tree}\ntype tree\ntag x\n"));
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["short.bundle"], pack.ToBundle((second, "refs/heads/main"), (tag, "refs/tags/x")));
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--mirror", "short.bundle", "git.git");
        using var bundle = BundleFile.At(folder["short.bundle"]);
        var report = await GitBundle.VerifyAsync(bundle);
        Assert.That(report.Faults, Is.Empty);
        Assert.That(report.ReachableCommitCount, Is.EqualTo(2));
    }

    [Test]
    public async Task A_ref_to_an_object_that_is_not_in_the_pack_is_refused_to_both_depths()
    {
        foreach (var depth in Enum.GetValues<GitVerification>())
        {
            var report = await VerifyAsync(new SyntheticPack().ToBundle((Nowhere, "refs/heads/main")), depth);
            Assert.That(report.Faults.Single().Subject, Is.EqualTo("refs/heads/main"));
        }
    }

    [Test]
    public async Task Branches_and_HEAD_must_name_commits_as_git_has_it([Values("HEAD", "refs/heads/x")] string name, [Values("tag", "tree", "blob")] string kind)
    {
        var pack = new SyntheticPack();
        var tree = pack.Add(PackEntryKind.Tree, []);
        var blob = pack.Add(PackEntryKind.Blob, s_text);
        var commit = pack.AddCommit(tree, "one");
        var tag = pack.Add(PackEntryKind.Tag, Encoding.ASCII.GetBytes($"object {commit}\ntype commit\ntag v1\ntagger a <a> 1 +0000\n\nx\n"));
        var named = kind switch { "tag" => tag, "tree" => tree, _ => blob };
        var bundle = pack.ToBundle((commit, "refs/heads/main"), (named, name));
        foreach (var depth in Enum.GetValues<GitVerification>())
        {
            var violation = (await VerifyAsync(bundle, depth)).Faults.Single();
            Assert.That(violation.Subject, Is.EqualTo(name));
            Assert.That(violation.Message, Does.Contain($"is a {kind} and not a commit"));
        }

        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["branch.bundle"], bundle);
        var cloned = await GitCli.TryRunAsync(folder.Path, default, "clone", "-q", "--mirror", "branch.bundle", "clone");
        Assert.That(cloned.ExitCode != 0 || (await GitCli.TryRunAsync(folder["clone"], default, "fsck")).ExitCode != 0, "git notices it, some sooner, some later");
        Assert.That((await VerifyAsync(pack.ToBundle((commit, "refs/heads/main"), (named, "refs/x/y")))).Faults, Is.Empty);
    }

    [Test]
    public async Task Tree_entries_must_be_of_the_kind_that_their_mode_says()
    {
        var pack = new SyntheticPack();
        var blob = pack.Add(PackEntryKind.Blob, s_text);
        var tree = pack.Add(PackEntryKind.Tree, [.. "40000 a\0"u8, .. Convert.FromHexString(blob)]);
        var commit = pack.AddCommit(tree, "wrong");
        var report = await VerifyAsync(pack.ToBundle((commit, "refs/heads/main")));
        Assert.That(report.Faults.Single().Message, Does.Contain("is a blob and not a tree"));
        Assert.That(report.Faults.Single().Subject, Is.EqualTo(tree));
    }

    [Test]
    public async Task Every_flipped_bit_of_a_pack_is_noticed_by_its_checksum()
    {
        var sound = SoundBundles.Sound();
        for (var position = PackStart(sound); position < sound.Length; position += 3)
        {
            var damaged = sound.ToArray();
            damaged[position] ^= (byte)(1 << (position % 8));
            Assert.That((await VerifyAsync(damaged, GitVerification.Commits)).IsWhole, Is.False, $"byte {position}");
        }
    }

    [Test]
    public async Task With_the_checksum_put_right_the_objects_themselves_tell_of_flipped_bits()
    {
        var sound = SoundBundles.Sound();
        var start = PackStart(sound);
        var unnoticed = 0;
        for (var position = start + PackHeader.Length; position < sound.Length - 20; position++)
        {
            var damaged = sound.ToArray();
            damaged[position] ^= (byte)(1 << (position % 8));
            unnoticed += (await VerifyAsync(SyntheticPack.FixTrailer(damaged))).IsWhole ? 1 : 0;
        }

        // Between the last code of a stream and its Adler-32 a few bits mean nothing; refs and trees name every object, so nothing else passes.
        Assert.That(unnoticed, Is.LessThan(7));
    }

    private static int PackStart(byte[] bundle) => bundle.AsSpan().IndexOf("\n\nPACK"u8) + 2;

    private static byte PackByte(byte[] bundle, int offset) => bundle[PackStart(bundle) + offset];

    private static byte[] Edit(byte[] bundle, int offset, byte value)
    {
        bundle[PackStart(bundle) + offset] = value;
        return SyntheticPack.FixTrailer(bundle);
    }

    private static async Task<GitBundleReport> VerifyAsync(byte[] content, GitVerification depth = GitVerification.Objects)
    {
        using var bundle = BundleFile.Of(content);
        return await GitBundle.VerifyAsync(bundle, new GitBundleVerifyOptions { Depth = depth });
    }
}
