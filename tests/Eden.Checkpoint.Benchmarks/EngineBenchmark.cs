using System.Globalization;
using System.Runtime.InteropServices;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Our engine and git on the same repository, run in turn in processes of their own; the table shows medians and ratios.</summary>
internal static class EngineBenchmark
{
    public static async Task<int> RunAsync(int[] sizes, int rounds, string? keep, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}; medians of {rounds} paired runs, whole processes.");
        Console.WriteLine();
        Console.WriteLine("| work | variants | objects | ours | git | ratio | our peak | git's peak | peer |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---|");
        var scratch = Directory.CreateTempSubdirectory("eden-benchmark-").FullName;
        try
        {
            foreach (var size in sizes)
            {
                await RunSizeAsync(size, rounds, keep ?? scratch, scratch, cancellationToken);
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        return 0;
    }

    private static async Task RunSizeAsync(int variants, int rounds, string home, string scratch, CancellationToken cancellationToken)
    {
        var (repository, bundle, pack) = await SyntheticRepository.EnsureAsync(home, variants, cancellationToken);
        var objects = CountObjects(pack);
        var ours = Path.Combine(scratch, "ours");
        var theirs = Path.Combine(scratch, "theirs");
        await RowAsync("verify, depth commits", "`git index-pack`",
            () => OursAsync("verify-commits", bundle),
            () => MeasuredProcess.RunAsync("git", ["index-pack", "-o", theirs, pack], cancellationToken));
        await RowAsync("verify, depth objects", "`git clone --bare` + `git rev-list --objects --all`",
            () => OursAsync("verify-objects", bundle),
            async () =>
            {
                var clone = await MeasuredProcess.RunAsync("git", ["clone", "--bare", "--quiet", bundle, theirs], cancellationToken);
                var walk = await MeasuredProcess.RunAsync("git", ["-C", theirs, "rev-list", "--objects", "--all"], cancellationToken);
                return new Measurement(clone.Elapsed + walk.Elapsed, Math.Max(clone.PeakBytes, walk.PeakBytes));
            });
        await RowAsync("restore", "`git clone --bare`",
            () => OursAsync("restore", bundle, ours),
            () => MeasuredProcess.RunAsync("git", ["clone", "--bare", "--quiet", bundle, theirs], cancellationToken));
        await RowAsync("create", "`git bundle create --all`",
            () => OursAsync("create", repository, ours),
            () => MeasuredProcess.RunAsync("git", ["-C", repository, "bundle", "create", "--quiet", theirs, "--all"], cancellationToken));

        async Task RowAsync(string work, string peer, Func<Task<Measurement>> mine, Func<Task<Measurement>> gits)
        {
            List<Measurement> a = [], b = [];
            for (var round = 0; round < rounds; round++)
            {
                a.Add(await mine());
                b.Add(await gits());
                Remove(ours);
                Remove(theirs);
            }

            var (mineTime, gitTime) = (a.Median(), b.Median());
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {work} | {variants:N0} | {objects:N0} | {mineTime:F2} s | {gitTime:F2} s | {mineTime / gitTime:F2} | {a.Median(MiB):F0} MiB | {b.Median(MiB):F0} MiB | {peer} |"));
        }

        Task<Measurement> OursAsync(params string[] arguments)
            => MeasuredProcess.RunAsync(Environment.ProcessPath!, ["child", .. arguments], cancellationToken);

        static double MiB(Measurement m) => m.PeakBytes / (double)(1 << 20);
    }

    private static long CountObjects(string pack)
    {
        using var file = File.OpenRead(pack);
        Span<byte> header = stackalloc byte[12];
        file.ReadExactly(header);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }
}
