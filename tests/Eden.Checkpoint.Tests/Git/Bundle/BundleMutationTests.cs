using Eden.Checkpoint.Git;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Git.Bundle;

/// <summary>Whatever the bytes are, the answer is a report: no crash, no hang, no foreign exception.</summary>
[TestFixture]
public class BundleMutationTests
{
    private const int Seed = 7041;

    [Test, CancelAfter(300_000)]
    public async Task A_hundred_thousand_mutated_bundles_give_a_report_each(CancellationToken cancellationToken)
    {
        using var sha256 = await ShapedRepository.CreateAsync("tags", GitObjectFormat.Sha256);
        using var deltas = await ShapedRepository.CreateAsync("merges");
        byte[][] sources = [BundleDamageTests.Sound(), await File.ReadAllBytesAsync(sha256.BundlePath, cancellationToken), await File.ReadAllBytesAsync(deltas.BundlePath, cancellationToken)];
        using var folder = new TempFolder();

        // One file is written over and over: making a directory for each takes longer than the check itself.
        var valid = await Task.WhenAll(Enumerable.Range(0, 2).Select(part => Task.Run(
            () => RunAsync(folder[$"mutated{part}.bundle"], sources, Seed + part, 50_000, cancellationToken), cancellationToken)));
        Assert.That(valid.Sum(), Is.LessThan(20_000), "most mutations should matter");
    }

    private static async Task<int> RunAsync(string path, byte[][] sources, int seed, int rounds, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var options = new GitBundleVerifyOptions { Limits = new CheckpointLimits { MaxObjectBytes = 1 << 20, MaxBundleInflatedBytes = 1 << 24, MaxViolations = 5 } };
        var quick = options with { Depth = BundleVerification.Commits };
        var valid = 0;
        for (var round = 0; round < rounds; round++)
        {
            var source = random.Next(4) > 0 ? 0 : random.Next(sources.Length);
            var mutated = Mutate(sources[source], random, source == 1 ? GitObjectFormat.Sha256 : GitObjectFormat.Sha1);
            await File.WriteAllBytesAsync(path, mutated, cancellationToken);
            using var bundle = RepoBundle.FromFile(path);
            try
            {
                var report = await GitBundle.VerifyAsync(bundle, random.Next(3) == 0 ? quick : options, cancellationToken);
                valid += report.IsValid ? 1 : 0;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Assert.Fail($"seed {seed}, round {round}: {error}");
            }
        }

        return valid;
    }

    private static byte[] Mutate(byte[] source, Random random, GitObjectFormat format)
    {
        var bytes = source.ToArray();
        for (var edits = random.Next(1, 5); edits > 0 && bytes.Length > 60; edits--)
        {
            var position = random.Next(bytes.Length);
            var length = Math.Min(random.Next(1, 24), bytes.Length - position);
            switch (random.Next(7))
            {
                case 0 or 1:
                    bytes[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes[position] = (byte)random.Next(256);
                    break;
                case 3:
                    bytes = [.. bytes.AsSpan(0, position), .. bytes.AsSpan(position + length)];
                    break;
                case 4:
                    var from = random.Next(bytes.Length - length);
                    bytes = [.. bytes.AsSpan(0, position), .. bytes.AsSpan(from, length), .. bytes.AsSpan(position)];
                    break;
                case 5:
                    random.NextBytes(bytes.AsSpan(position, length));
                    break;
                default:
                    bytes = random.Next(20) == 0 ? bytes[..position] : bytes;
                    break;
            }
        }

        // With the checksum put right, half of them get past the outermost check.
        var start = bytes.AsSpan().IndexOf("\n\nPACK"u8);
        return random.Next(2) == 0 && start >= 0 && bytes.Length - start > 60 ? SyntheticPack.FixTrailer(bytes, format) : bytes.Length == 0 ? [0] : bytes;
    }
}
