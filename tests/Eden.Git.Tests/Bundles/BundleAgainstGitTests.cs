using System.Diagnostics;
using System.Globalization;
using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Bundles;

/// <summary>Damaged bundles before git: what we call whole, git clones, and can read all of.</summary>
[TestFixture]
public class BundleAgainstGitTests
{
    private const int Seed = 90_210;

    [Test, CancelAfter(600_000)]
    public async Task Git_clones_every_damaged_bundle_that_is_valid_to_us(CancellationToken cancellationToken)
    {
        var corpus = await BundleMutationTests.CorpusAsync([("tags", GitObjectFormat.Sha1), ("merges", GitObjectFormat.Sha1), ("short-deltas", GitObjectFormat.Sha1)]);
        var refused = new List<string>();
        var counts = await CompareAsync(new BundleMutator(corpus), new Random(Seed), 250, refused, cancellationToken);
        Assert.That(refused, Is.Empty);
        Assert.That(counts.BothAccept, Is.GreaterThan(30));
        Assert.That(counts.BothRefuse, Is.GreaterThan(30));
    }

    /// <summary>For a longer look: <c>dotnet test --filter FullyQualifiedName~Every_shape -- 'TestRunParameters.Parameter(name="minutes", value="30")'</c>.</summary>
    [Test, Explicit("Runs as long as it is told to.")]
    public async Task Every_shape_damaged_for_minutes()
    {
        var minutes = double.Parse(TestContext.Parameters.Get("minutes", "10"), CultureInfo.InvariantCulture);
        var seed = int.Parse(TestContext.Parameters.Get("seed", "1"), CultureInfo.InvariantCulture);
        var corpus = await BundleMutationTests.CorpusAsync(
            from shape in ShapedRepository.Shapes.Append("short-deltas")
            from format in Enum.GetValues<GitObjectFormat>()
            select (shape, format));
        var mutator = new BundleMutator(corpus);
        var random = new Random(seed);
        var noticed = new Dictionary<string, int>();
        var refused = new List<string>();
        var counts = (BothAccept: 0, BothRefuse: 0, OnlyGitAccepts: 0);
        using var folder = new TempFolder();
        var clock = Stopwatch.StartNew();
        var round = 0;
        for (; clock.Elapsed.TotalMinutes < minutes; round++)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var content = mutator.Next(random, out var layer);
            var place = await BundleMutationTests.CheckAsync(content, folder["fuzzed"], round % 50 == 0, $"seed {seed}, round {round}, {layer}", patience.Token);
            noticed[$"{layer} -> {place}"] = noticed.GetValueOrDefault($"{layer} -> {place}") + 1;
            if (round % 200 == 0)
            {
                var compared = await CompareAsync(mutator, random, 5, refused, patience.Token);
                counts = (counts.BothAccept + compared.BothAccept, counts.BothRefuse + compared.BothRefuse, counts.OnlyGitAccepts + compared.OnlyGitAccepts);
            }
        }

        await TestContext.Out.WriteLineAsync($"{round} rounds; with git: {counts}\n{string.Join("\n", noticed.OrderBy(pair => pair.Key, StringComparer.Ordinal))}");
        Assert.That(refused, Is.Empty);
    }

    private static async Task<(int BothAccept, int BothRefuse, int OnlyGitAccepts)> CompareAsync(
        BundleMutator mutator, Random random, int rounds, List<string> refused, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        var counts = (BothAccept: 0, BothRefuse: 0, OnlyGitAccepts: 0);
        for (var round = 0; round < rounds; round++)
        {
            var content = mutator.NextWellFramed(random, out var layer).ToBytes();
            var file = folder[$"{round}.bundle"];
            await File.WriteAllBytesAsync(file, content, cancellationToken);
            using var bundle = BundleFile.At(file);
            var report = await GitBundle.VerifyAsync(bundle, cancellationToken: cancellationToken);
            var (accepted, error) = await CloneAsync(folder, file, report.Header?.ObjectFormat, report.IsWhole);
            if (report.IsWhole && !accepted)
            {
                refused.Add($"round {round}, {layer}: {error}\n{Convert.ToBase64String(content)}");
            }

            if (accepted && !report.IsWhole)
            {
                counts.OnlyGitAccepts++;
                await TestContext.Out.WriteLineAsync($"{layer}: git accepts, we do not: {report.Faults[0]}");
            }

            counts.BothAccept += report.IsWhole ? 1 : 0;
            counts.BothRefuse += accepted || report.IsWhole ? 0 : 1;
        }

        return counts;
    }

    private static async Task<(bool Accepted, string Error)> CloneAsync(TempFolder folder, string file, GitObjectFormat? format, bool isValid)
    {
        // Not the bundle's own name with ".git" behind: git would take the clone that it is about to make for what it shall clone.
        var clone = Path.ChangeExtension(file, ".clone");
        int exitCode;
        string error;
        if (format == GitObjectFormat.Sha256)
        {
            await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "--object-format=sha256", clone);
            (exitCode, _, error) = await GitCli.TryRunAsync(clone, default, "fetch", "-q", file, "+refs/*:refs/*");
        }
        else
        {
            (exitCode, _, error) = await GitCli.TryRunAsync(folder.Path, default, "clone", "-q", "--mirror", file, clone);
        }

        if (Directory.Exists(clone))
        {
            using var repository = new TempFolder(clone);
            if (exitCode == 0 && isValid)
            {
                // Cloning does not read every object; this does.
                (exitCode, _, error) = await GitCli.TryRunAsync(clone, default, "repack", "-adfq");
                var fsck = await GitFsck.RunAsync(clone);
                if (exitCode == 0 && fsck.Faults.Length > 0)
                {
                    (exitCode, error) = (fsck.ExitCode, string.Join('\n', fsck.Faults));
                }
            }
        }

        return (exitCode == 0, error);
    }
}
