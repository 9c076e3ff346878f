using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>Sizes written longer than they need be, and sizes beyond 64 bits. Git's index-pack takes more than git can then read: what git reads is the measure.</summary>
[TestFixture]
internal sealed class PaddedIntegerTests
{
    private static readonly byte[] s_text = [.. Enumerable.Range(0, 40).SelectMany(line => System.Text.Encoding.ASCII.GetBytes($"line {line}\n"))];

    [Test]
    public async Task An_entry_header_is_taken_as_far_as_git_reads_it([Range(0, 11)] int padding)
    {
        var pack = Model();
        pack.Entries[0].HeaderPadding = padding;
        var isReadable = await GitReadsAsync(pack.ToBytes());
        Assert.That(isReadable, Is.EqualTo(padding < 8), "two bytes are needed, and nine are read");
        foreach (var depth in Enum.GetValues<GitVerification>())
        {
            Assert.That((await VerifyAsync(pack.ToBytes(), depth)).IsWhole, Is.EqualTo(isReadable), $"{depth}");
        }
    }

    [TestCaseSource(nameof(Numbers))]
    public async Task What_is_taken_of_a_deltas_sizes_git_reads(string what, byte[] baseSize, byte[] resultSize, bool isValid)
    {
        var pack = Model();
        pack.Entries[1].Content = [.. baseSize, .. resultSize, 0x90, 5];
        Assert.That((await VerifyAsync(pack.ToBytes())).IsWhole, Is.EqualTo(isValid), what);
        if (isValid)
        {
            Assert.That(await GitReadsAsync(pack.ToBytes()), Is.True, what);
        }
    }

    [Test]
    public async Task A_header_whose_size_does_not_fit_is_refused([Values(1, 2, 4, 8, 64)] int highBits, [Values(7, 8, 9, 10)] int padding)
    {
        var header = new byte[20];
        var length = VariableInteger.WriteEntryHeader(header, PackEntryKind.Blob, s_text.Length);
        for (var added = 0; added < padding; added++)
        {
            header[length - 1] |= 0x80;
            header[length++] = 0;
        }

        header[length - 1] |= (byte)highBits;
        var sound = Model().ToBytes();
        var start = sound.AsSpan().IndexOf("\n\nPACK"u8) + 2 + PackHeader.Length;
        byte[] bundle = [.. sound.AsSpan(0, start), .. header.AsSpan(0, length), .. sound.AsSpan(start + 2)];
        Assert.That((await VerifyAsync(SyntheticPack.FixTrailer(bundle))).IsWhole, Is.False);
    }

    private static IEnumerable<TestCaseData> Numbers()
    {
        foreach (var padding in (int[])[0, 1, 3, 7, 8, 12])
        {
            yield return Case($"base size with {padding} zeros", Size(s_text.Length, padding), Size(5, 0), padding <= 7);
            yield return Case($"result size with {padding} zeros", Size(s_text.Length, 0), Size(5, padding), padding <= 8);
            yield return Case($"both sizes with {padding} zeros", Size(s_text.Length, padding), Size(5, padding), padding <= 7);
        }

        foreach (var bits in (byte[])[1, 2, 64])
        {
            // A bit at 56, 63, 70: beyond what is there, beyond 63 bits, lost in 64.
            foreach (var padding in (int[])[7, 8, 9])
            {
                var size = Size(s_text.Length, padding);
                size[^1] |= bits;
                yield return Case($"base size of {size.Length} bytes with {bits} at its end", size, Size(5, 0), false);
            }
        }

        static TestCaseData Case(string what, byte[] baseSize, byte[] resultSize, bool isValid)
            => new TestCaseData(what, baseSize, resultSize, isValid).SetArgDisplayNames(what);
    }

    private static byte[] Size(long size, int padding)
    {
        var bytes = new byte[VariableInteger.MaxLength + padding];
        var length = VariableInteger.WriteSize(bytes, size);
        for (var added = 0; added < padding; added++)
        {
            bytes[length - 1] |= 0x80;
            bytes[length++] = 0;
        }

        return bytes[..length];
    }

    /// <summary>A blob, its delta, a tree of both, a commit.</summary>
    private static BundleModel Model()
    {
        var pack = new SyntheticPack();
        var blob = pack.Add(PackEntryKind.Blob, s_text);
        pack.AddOffsetDelta(pack.NextOffset - PackHeader.Length, SyntheticPack.Delta(s_text.Length, 5, 0x90, 5));
        var part = SyntheticPack.Id(GitObjectFormat.Sha1, "blob", s_text[..5]);
        var tree = pack.Add(PackEntryKind.Tree, [.. "100644 a\0"u8, .. Convert.FromHexString(blob), .. "100644 b\0"u8, .. Convert.FromHexString(part)]);
        var commit = pack.AddCommit(tree, "one");
        return BundleModel.Parse(pack.ToBundle((commit, "refs/heads/main"), (commit, "HEAD")));
    }

    private static async Task<bool> GitReadsAsync(byte[] bundle)
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["padded.bundle"], bundle);
        var cloned = await GitCli.TryRunAsync(folder.Path, default, "clone", "-q", "--mirror", "padded.bundle", "git.git");
        return cloned.ExitCode == 0
            && (await GitCli.TryRunAsync(folder["git.git"], default, "fsck", "--full")).ExitCode == 0
            && (await GitCli.TryRunAsync(folder["git.git"], default, "repack", "-adfq")).ExitCode == 0;
    }

    private static async Task<GitBundleReport> VerifyAsync(byte[] content, GitVerification depth = GitVerification.Objects)
    {
        using var bundle = BundleFile.Of(content);
        return await GitBundle.VerifyAsync(bundle, new GitBundleVerifyOptions { Depth = depth });
    }
}
