using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;
using Eden.Git.Tests.Packs;
using Eden.Shared;

namespace Eden.Git.Tests.Bundles;

/// <summary>Small bundles that claim or become something huge: they end within the limits, with an error where one is due, in bounded memory.</summary>
[TestFixture, NonParallelizable]
public class BundleBombTests
{
    private const long Budget = 400L << 20;

    [Test]
    public async Task A_delta_that_claims_256_GiB_is_refused_before_anything_is_allocated([Values] GitVerification depth)
    {
        var pack = new SyntheticPack();
        var blob = pack.Add(PackEntryKind.Blob, "hello"u8.ToArray());
        pack.AddOffsetDelta(pack.NextOffset - PackHeader.Length, SyntheticPack.Delta(5, 256L << 30, 0x90, 5));
        var report = await VerifyAsync(pack.ToBundle((blob, "refs/x/blob")), depth: depth);
        Assert.That(report.Faults.Single().Kind, Is.EqualTo(GitFaultKind.Limit));
    }

    [Test]
    public async Task The_size_of_a_result_is_found_however_the_head_of_its_delta_is_compressed(
        [Values] GitVerification depth, [Values("stored", "fixed", "dynamic", "repeated", "in pieces")] string form, [Values(-1, 0)] int room)
    {
        // Copies of all five bytes, and a hundred bytes at a time that come from nowhere: 3,000 bytes out of 2,100.
        const int Size = 3000;
        var random = new Random(7);
        byte[] head = form == "repeated" ? [0x85, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00] : [5];
        byte[] instructions =
        [
            .. Enumerable.Range(0, 300).SelectMany(_ => (byte[])[0x90, 5]),
            .. Enumerable.Range(0, 15).SelectMany(_ => (byte[])[100, .. Enumerable.Range(0, 100).Select(_ => (byte)random.Next(97, 123))]),
        ];
        byte[] delta = [.. head, .. SyntheticPack.Delta(5, Size, instructions)[1..]];
        var pack = new SyntheticPack();
        var blob = pack.Add(PackEntryKind.Blob, "hello"u8.ToArray());
        var distance = new byte[VariableInteger.MaxLength];
        pack.AddRaw(
            PackEntryKind.OffsetDelta, delta.Length, distance[..VariableInteger.WriteDistance(distance, pack.NextOffset - PackHeader.Length)], DeflateStreams.Compress(delta, form));

        var report = await VerifyAsync(pack.ToBundle((blob, "refs/x/blob")), new GitLimits { MaxObjectBytes = Size + room }, depth);
        Assert.That(report.Faults.Select(fault => fault.Kind), room < 0 ? Is.EqualTo([GitFaultKind.Limit]) : Is.Empty);
    }

    [Test]
    public async Task A_delta_without_a_head_is_damage([Values] GitVerification depth)
    {
        var pack = new SyntheticPack();
        var blob = pack.Add(PackEntryKind.Blob, "hello"u8.ToArray());
        pack.AddOffsetDelta(pack.NextOffset - PackHeader.Length, [0x85, 0x80, 0x80, 0x80]);
        var report = await VerifyAsync(pack.ToBundle((blob, "refs/x/blob")), depth: depth);
        Assert.That(report.Faults.Single().Kind, Is.EqualTo(GitFaultKind.Damage));
    }

    [Test]
    public async Task An_entry_that_claims_256_GiB_is_refused([Values] GitVerification depth)
    {
        var pack = new SyntheticPack();
        pack.AddRaw(PackEntryKind.Blob, 256L << 30, [], SyntheticPack.Deflate([1, 2, 3]));
        var report = await VerifyAsync(pack.ToBundle(), depth: depth);
        Assert.That(report.Faults.Single().Kind, Is.EqualTo(GitFaultKind.Limit));
    }

    [Test]
    public async Task A_commit_over_its_own_limit_is_refused()
    {
        var pack = new SyntheticPack();
        pack.Add(PackEntryKind.Commit, new byte[5000]);
        var report = await VerifyAsync(pack.ToBundle(), new GitLimits { MaxCommitBytes = 4096 });
        Assert.That(report.Faults.Single().Kind, Is.EqualTo(GitFaultKind.Limit));
    }

    [Test]
    public async Task Blobs_that_inflate_a_thousandfold_pass_through_a_window_and_count_against_the_total()
    {
        var pack = new SyntheticPack();
        var bomb = SyntheticPack.Deflate(new byte[64 << 20]);
        pack.AddRaw(PackEntryKind.Blob, 64 << 20, [], bomb);
        pack.AddRaw(PackEntryKind.Blob, 64 << 20, [], bomb);
        var bundle = pack.ToBundle();
        var report = await VerifyAsync(bundle, new GitLimits { MaxBundleInflatedBytes = 100 << 20 });
        Assert.That(report.Faults.Single().Kind, Is.EqualTo(GitFaultKind.Limit));
        await AssertBoundedAsync(async () => Assert.That((await VerifyAsync(bundle)).Faults, Is.Empty));
    }

    [Test]
    public async Task A_chain_of_fifty_deltas_of_large_objects_is_resolved_through_files()
    {
        // Each link copies 12 MiB and adds a byte: larger than what is held in memory.
        const int Size = 12 << 20;
        var pack = new SyntheticPack();
        var start = pack.NextOffset;
        pack.AddRaw(PackEntryKind.Blob, Size, [], SyntheticPack.Deflate(new byte[Size]));
        byte[] instructions = [.. Enumerable.Range(0, 12).SelectMany(block => (byte[])[0xCF, 0, 0, (byte)(block << 4), 0, 0x10])];
        for (var link = 0; link < 50; link++)
        {
            var distance = pack.NextOffset - start;
            start = pack.NextOffset;
            pack.AddOffsetDelta(distance, SyntheticPack.Delta(Size + link, Size + link + 1, [.. instructions, .. Tail(link), 1, (byte)link]));
        }

        await AssertBoundedAsync(async () =>
        {
            var report = await VerifyAsync(pack.ToBundle());
            Assert.That(report.Faults, Is.Empty);
            Assert.That(report.ObjectCount, Is.EqualTo(51));
        });

        static byte[] Tail(int link) => link == 0 ? [] : [0x9F, 0, 0, 0xC0, 0, (byte)link];
    }

    [Test, CancelAfter(300_000)]
    public async Task A_small_bundle_of_deltas_that_copy_gigabytes_is_refused_by_its_own_limit_and_no_disk_is_spent(
        [Values] GitVerification depth, CancellationToken cancellationToken)
    {
        // Five hundred deltas of some bytes, each of which makes 512 MiB.
        using var folder = new TempFolder();
        using var bundle = BundleFile.Of(Copies(500, 512, 1 << 20));
        await AssertBoundedAsync(async () =>
        {
            var options = new GitBundleVerifyOptions { TemporaryDirectory = folder.Path, Depth = depth };
            var report = await GitBundle.VerifyAsync(bundle, options, cancellationToken);
            Assert.That(report.Faults.Single().Kind, Is.EqualTo(GitFaultKind.Limit));
            Assert.That(report.Faults.Single().Message, Does.Contain($"more than {8L << 30} bytes together; the limit is SmallBundleInflatedBytes"));
        });
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public async Task What_a_bundle_may_inflate_to_grows_with_it()
    {
        // A MiB of zeros, and 100 MiB for each of three deltas, which are some bytes themselves.
        var bundle = Copies(3, 100, 1 << 20);
        var pack = bundle.Length - bundle.AsSpan().IndexOf("\n\nPACK"u8) - 2;
        var times = (int)((301L << 20) / pack) + 2;
        var relative = new GitLimits { SmallBundleInflatedBytes = 0, MaxBundleInflation = times };
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await VerifyAsync(bundle, relative)).Faults, Is.Empty);
            Assert.That(await MessageAsync(relative with { MaxBundleInflation = times - 3 }), Does.EndWith($"the limit is MaxBundleInflation {times - 3}, for a pack of {pack} bytes"));
            Assert.That(await MessageAsync(relative with { MaxBundleInflation = 1, SmallBundleInflatedBytes = 300 << 20 }), Does.EndWith($"the limit is SmallBundleInflatedBytes, for a pack of {pack} bytes"));
            Assert.That((await VerifyAsync(bundle, relative with { MaxBundleInflation = 1, SmallBundleInflatedBytes = 302 << 20 })).Faults, Is.Empty);
            Assert.That(await MessageAsync(new GitLimits { MaxBundleInflatedBytes = 300 << 20 }), Does.EndWith("the limit is MaxBundleInflatedBytes"));
        }

        async Task<string> MessageAsync(GitLimits limits)
        {
            var violation = (await VerifyAsync(bundle, limits)).Faults.Single();
            Assert.That(violation.Kind, Is.EqualTo(GitFaultKind.Limit));
            return violation.Message;
        }
    }

    [Test]
    public async Task What_waits_in_temporary_files_is_bounded_for_large_bases_and_for_many()
    {
        // A chain of objects of 12 MiB: each is written for the sake of the next, and two of them lie there at once.
        const int Large = 12 << 20;
        var chain = new SyntheticPack();
        var start = chain.NextOffset;
        chain.AddRaw(PackEntryKind.Blob, Large, [], SyntheticPack.Deflate(new byte[Large]));
        for (var link = 0; link < 5; link++)
        {
            start = AddCopy(chain, start, Large);
        }

        // Objects of 7 MiB that wait for the deltas of their deltas.
        const int Small = 7 << 20;
        var nested = new SyntheticPack();
        start = nested.NextOffset;
        nested.AddRaw(PackEntryKind.Blob, Small, [], SyntheticPack.Deflate(new byte[Small]));
        Grow(start, 5);
        foreach (var (pack, enough) in ((SyntheticPack, long)[])[(chain, 2L * Large), (nested, 6L * Small)])
        {
            var report = await VerifyAsync(pack.ToBundle(), new GitLimits { MaxBundleSpilledBytes = enough });
            Assert.That(report.Faults, Is.Empty);
            report = await VerifyAsync(pack.ToBundle(), new GitLimits { MaxBundleSpilledBytes = Small - 1 });
            Assert.That(report.Faults.Single().Kind, Is.EqualTo(GitFaultKind.Limit));
            Assert.That(report.Faults.Single().Message, Does.EndWith("the limit is MaxBundleSpilledBytes"));
        }

        void Grow(long from, int depth)
        {
            for (var branch = 0; branch < 2; branch++)
            {
                var copy = AddCopy(nested, from, Small);
                if (depth > 0)
                {
                    Grow(copy, depth - 1);
                }
            }
        }

        static long AddCopy(SyntheticPack pack, long from, int length)
        {
            var offset = pack.NextOffset;
            pack.AddOffsetDelta(offset - from, SyntheticPack.Delta(length, length, 0x80 | 0x40, (byte)(length >> 16)));
            return offset;
        }
    }

    [Test]
    public async Task A_tree_too_large_for_memory_is_read_in_pieces()
    {
        var pack = new SyntheticPack();
        var blob = pack.Add(PackEntryKind.Blob, []);
        byte[] Entry(int number) => [.. Encoding.ASCII.GetBytes($"100644 {number:D30}\0"), .. Convert.FromHexString(blob)];
        var content = Enumerable.Range(0, 160_000).SelectMany(Entry).ToArray();
        Assert.That(content, Has.Length.GreaterThan(8 << 20));
        var commit = pack.AddCommit(pack.Add(PackEntryKind.Tree, content), "wide");
        Assert.That((await VerifyAsync(pack.ToBundle((commit, "refs/heads/main")))).Faults, Is.Empty);

        var broken = new SyntheticPack();
        broken.Add(PackEntryKind.Blob, []);
        content[^1] ^= 1;
        commit = broken.AddCommit(broken.Add(PackEntryKind.Tree, content), "wide");
        var report = await VerifyAsync(broken.ToBundle((commit, "refs/heads/main")));
        Assert.That(report.Faults.Single().Message, Does.Contain("is not in the pack"));
    }

    [Test]
    public async Task Refs_beyond_the_limit_are_refused_and_ten_thousand_cost_little()
    {
        var pack = new SyntheticPack();
        var commit = pack.AddCommit(pack.Add(PackEntryKind.Tree, []), "one");
        var refs = Enumerable.Range(0, 10_001).Select(number => (commit, $"refs/heads/work/{number}")).ToArray();
        var bundle = pack.ToBundle(refs);
        Assert.That((await VerifyAsync(bundle)).Faults, Is.Empty);
        var report = await VerifyAsync(bundle, new GitLimits { MaxBundleRefs = 10_000 });
        Assert.That(report.Faults.Single().Kind, Is.EqualTo(GitFaultKind.Limit));
    }

    [Test]
    public async Task Millions_of_refs_are_held_in_tens_of_bytes_each()
    {
        using var folder = new TempFolder();
        const int Count = 1_000_000;
        await using (var writer = new StreamWriter(folder["many.bundle"]))
        {
            await writer.WriteAsync("# v2 git bundle\n");
            for (var number = 0; number < Count; number++)
            {
                await writer.WriteAsync($"4b825dc642cb6eb9a060e54bf8d69288fbee4904 refs/heads/work/{number:D8}\n");
            }

            await writer.WriteAsync("\n");
        }

        await using var stream = File.OpenRead(folder["many.bundle"]);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var header = await GitBundle.ReadHeaderAsync(stream);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.That(header.Refs, Has.Count.EqualTo(Count));
        Assert.That(header.Refs[Count - 1].Name, Is.EqualTo("refs/heads/work/00999999"));
        Assert.That(held / Count, Is.LessThan(120));
    }

    /// <summary>A blob of zeros, and deltas that copy all of it so many times.</summary>
    private static byte[] Copies(int deltas, int times, int length)
    {
        var pack = new SyntheticPack();
        var start = pack.NextOffset;
        pack.AddRaw(PackEntryKind.Blob, length, [], SyntheticPack.Deflate(new byte[length]));
        byte[] all = [0x80 | 0x40, (byte)(length >> 16)];
        var instructions = Enumerable.Repeat(all, times).SelectMany(copy => copy).ToArray();
        for (var delta = 0; delta < deltas; delta++)
        {
            pack.AddOffsetDelta(pack.NextOffset - start, SyntheticPack.Delta(length, (long)length * times, instructions));
        }

        return pack.ToBundle();
    }

    private static async Task AssertBoundedAsync(Func<Task> work)
    {
        using var stop = new CancellationTokenSource();
        var peak = 0L;
        var watch = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false));
                await Task.Yield();
                stop.Token.WaitHandle.WaitOne(5);
            }
        });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await work();
        await stop.CancelAsync();
        await watch;
        Assert.That(peak - before, Is.LessThan(Budget));
    }

    private static async Task<GitBundleReport> VerifyAsync(
        byte[] content, GitLimits? limits = null, GitVerification depth = GitVerification.Objects)
    {
        using var bundle = BundleFile.Of(content);
        return await GitBundle.VerifyAsync(bundle, new GitBundleVerifyOptions { Limits = limits ?? GitLimits.Default, Depth = depth });
    }
}
