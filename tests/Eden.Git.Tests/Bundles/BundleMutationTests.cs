using System.Collections.Concurrent;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>Whatever the bytes are, the answer is a report: no crash, no hang, no foreign exception; the same answer to every question about them.</summary>
[TestFixture]
public class BundleMutationTests
{
    private const int Seed = 7041;
    private const int Rounds = 100_000;
    private static readonly GitLimits s_limits = new() { MaxObjectBytes = 1 << 20, MaxBundleInflatedBytes = 1 << 24, MaxFaults = 5 };

    /// <summary>Gets the shapes that are damaged: small ones, since a round reads all of a bundle three times.</summary>
    private static readonly (string Shape, GitObjectFormat Format)[] s_shapes =
    [
        ("tags", GitObjectFormat.Sha1), ("tags", GitObjectFormat.Sha256), ("merges", GitObjectFormat.Sha1), ("odd-refs", GitObjectFormat.Sha1),
        ("submodule", GitObjectFormat.Sha1), ("empty", GitObjectFormat.Sha256), ("short-deltas", GitObjectFormat.Sha1), ("short-deltas", GitObjectFormat.Sha256),
    ];

    [Test, CancelAfter(1_200_000)]
    public async Task A_hundred_thousand_damaged_bundles_give_a_report_each(CancellationToken cancellationToken)
    {
        var corpus = await CorpusAsync(s_shapes);
        using var folder = new TempFolder();
        var noticed = new ConcurrentDictionary<string, int>();
        var workers = Math.Clamp(Environment.ProcessorCount, 1, 4);
        var rounds = await Task.WhenAll(Enumerable.Range(0, workers).Select(part => Task.Run(
            () => RunAsync(new BundleMutator(corpus), folder[$"{part}"], Seed + part, Rounds / workers, noticed, cancellationToken), cancellationToken)));
        await TestContext.Out.WriteLineAsync(string.Join(", ", noticed.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.That(rounds.Sum(), Is.EqualTo(Rounds));
        Assert.That(noticed.Values.Sum(), Is.EqualTo(Rounds));
        Assert.That(
            (string[])["header", "framing", "compression", "resolution", "history", "nothing"],
            Has.All.Matches<string>(place => noticed.GetValueOrDefault(place!) > Rounds / 50),
            "every layer must be the one that notices, often enough to mean something");
    }

    [Test]
    public async Task Bundles_that_several_threads_read_give_a_report_each()
    {
        // Stretches of a megabyte each, and more entries than one thread takes: what the small ones above never are.
        var pack = new SyntheticPack();
        var random = new Random(Seed);
        var first = pack.NextOffset;
        for (var blob = 0; blob < 400; blob++)
        {
            var content = new byte[blob % 3 == 0 ? 20_000 : 300];
            random.NextBytes(content);
            pack.Add(PackEntryKind.Blob, content);
            pack.AddOffsetDelta(pack.NextOffset - first, SyntheticPack.Delta(20_000, 6, 0x90, 5, 1, (byte)(blob % 256)));
        }

        var tree = pack.Add(PackEntryKind.Tree, []);
        var sound = pack.ToBundle((pack.AddCommit(tree, "one"), "refs/heads/main"));
        Assert.That(sound, Has.Length.GreaterThan(2 << 20));
        using var folder = new TempFolder();
        var start = sound.AsSpan().IndexOf("\n\nPACK"u8) + 2 + PackHeader.Length;
        for (var round = 0; round < 1_500; round++)
        {
            var damaged = sound.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                damaged[random.Next(start, damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            await CheckAsync(SyntheticPack.FixTrailer(damaged), folder["threads"], round % 100 == 0, $"seed {Seed}, round {round}", default);
        }
    }

    /// <summary>Returns bundles of the given shapes, and two made by hand: of every kind of entry, and of deltas that wait for bases behind them.</summary>
    internal static async Task<List<byte[]>> CorpusAsync(IEnumerable<(string Shape, GitObjectFormat Format)> shapes)
    {
        var corpus = new List<byte[]> { SoundBundles.Sound(), Backwards() };
        foreach (var (shape, format) in shapes)
        {
            using var source = await ShapedRepository.CreateAsync(shape, format);
            corpus.Add(await File.ReadAllBytesAsync(source.BundlePath));
        }

        return corpus;
    }

    /// <summary>Asks for everything that can be asked of a bundle, and returns what noticed its damage.</summary>
    internal static async Task<string> CheckAsync(byte[] content, string path, bool restore, string context, CancellationToken cancellationToken)
    {
        try
        {
            await File.WriteAllBytesAsync(path, content, cancellationToken);
            using var bundle = BundleFile.At(path);
            var hasHeader = true;
            try
            {
                await GitBundle.ReadHeaderAsync(new MemoryStream(content), s_limits, cancellationToken);
            }
            catch (GitDamagedException)
            {
                hasHeader = false;
            }

            var whole = await GitBundle.VerifyAsync(bundle, new GitBundleVerifyOptions { Limits = s_limits }, cancellationToken);
            var quick = await GitBundle.VerifyAsync(bundle, new GitBundleVerifyOptions { Limits = s_limits, Depth = GitVerification.Commits }, cancellationToken);
            Assert.That(quick.IsWhole || !whole.IsWhole, $"{context}: valid to the bottom, but not at a glance: {string.Join("; ", quick.Faults)}");
            Assert.That(hasHeader || !whole.IsWhole, $"{context}: valid, but its header cannot be read");
            if (restore)
            {
                await RestoreAsync(bundle, path + ".git", whole.IsWhole, context, cancellationToken);
            }

            return hasHeader ? PlaceOf(whole) : "header";
        }
        catch (Exception foreign) when (foreign is not (OperationCanceledException or AssertionException))
        {
            throw new AssertionException($"{context}: {foreign}\n{Convert.ToBase64String(content)}");
        }
    }

    private static async Task<int> RunAsync(
        BundleMutator mutator, string path, int seed, int rounds, ConcurrentDictionary<string, int> noticed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var round = 0;
        for (; round < rounds; round++)
        {
            var place = await CheckAsync(mutator.Next(random, out var layer), path, round % 100 == 0, $"seed {seed}, round {round}, {layer}", cancellationToken);
            noticed.AddOrUpdate(place, 1, (_, count) => count + 1);
        }

        return round;
    }

    private static async Task RestoreAsync(string bundle, string path, bool isValid, string context, CancellationToken cancellationToken)
    {
        var restored = true;
        try
        {
            await GitBundle.RestoreAsync(bundle, path, new GitBundleRestoreOptions { Limits = s_limits }, cancellationToken);
        }
        catch (GitDamagedException)
        {
            restored = false;
        }

        Assert.That(restored, Is.EqualTo(isValid), $"{context}: restoring must agree with verifying");
        Assert.That(Directory.Exists(path), Is.EqualTo(restored), context);
        if (restored)
        {
            Directory.Delete(path, recursive: true);
        }
    }

    // What a report's first violation says of how deep the damage lay.
    private static string PlaceOf(GitBundleReport report)
    {
        if (report.IsWhole)
        {
            return "nothing";
        }

        var message = report.Faults[0].Message;
        return message.Contains("compressed data", StringComparison.Ordinal) ? "compression"
            : message.Contains("delta is malformed", StringComparison.Ordinal) || message.Contains("the delta's base", StringComparison.Ordinal)
                || message.Contains("cannot be resolved", StringComparison.Ordinal) ? "resolution"
            : message.StartsWith("the ref names", StringComparison.Ordinal)
                || ((string[])["commit: ", "tree: ", "tag: "]).Any(kind => message.StartsWith(kind, StringComparison.Ordinal)) ? "history"
            : message.Contains("checksum at the end", StringComparison.Ordinal) ? "checksum"
            : report.Header is null || report.Faults[0].Subject?.StartsWith("pack offset", StringComparison.Ordinal) != true && !message.Contains("pack", StringComparison.Ordinal) ? "header"
            : "framing";
    }

    /// <summary>Reference deltas before their bases and through chains, in a bundle whose refs reach all of it.</summary>
    private static byte[] Backwards()
    {
        var contents = Enumerable.Range(0, 6).Select(number => System.Text.Encoding.ASCII.GetBytes($"a text of some length with the number {number}\n")).ToArray();
        var ids = contents.Select(content => SyntheticPack.Id(GitObjectFormat.Sha1, "blob", content)).ToArray();
        var pack = new SyntheticPack();
        for (var number = contents.Length - 1; number > 0; number--)
        {
            pack.AddReferenceDelta(ids[number - 1], CommonEnds.Delta(contents[number - 1], contents[number]));
        }

        pack.Add(PackEntryKind.Blob, contents[0]);
        var tree = pack.Add(PackEntryKind.Tree, [.. ids.SelectMany((id, number) => (byte[])[.. System.Text.Encoding.ASCII.GetBytes($"100644 f{number}\0"), .. Convert.FromHexString(id)])]);
        var commit = pack.AddCommit(tree, "backwards");
        return pack.ToBundle((commit, "refs/heads/main"), (ids[5], "refs/x/blob"), (commit, "HEAD"));
    }
}
