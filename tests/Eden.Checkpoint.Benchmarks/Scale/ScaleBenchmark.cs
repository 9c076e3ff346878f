using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Whole exports, verifications, imports and comparisons of experiments that differ in nothing but their size: the time per row and per object
/// shall stay what it is.</summary>
internal static class ScaleBenchmark
{
    public static async Task RunAsync(IReadOnlyList<HistoryPlan> plans, int workers, int rounds, string? keep, CancellationToken cancellationToken)
    {
        Surroundings.Write($"medians of {rounds} runs, whole processes, {workers} workers; peaks are anonymous memory + mapped files; × is against the first size, of added rows against the first step.");
        Console.WriteLine("| work | variants | rows | objects | time | per row | × | per object | × | per added row | × | peak |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        Dictionary<string, List<ScaleRow>> before = [];
        foreach (var plan in plans)
        {
            // A repository of each size at a time: the largest has gigabytes.
            using var scratch = new ScratchFolder();
            var source = await GeneratedRepository.EnsureAsync(keep ?? scratch.Path, plan, cancellationToken);
            foreach (var row in await RunAsync(source, workers, rounds, cancellationToken))
            {
                before.TryAdd(row.Work, []);
                before[row.Work].Add(row);
                Write(before[row.Work]);
            }
        }
    }

    private static async Task<IReadOnlyList<ScaleRow>> RunAsync(GeneratedRepository source, int workers, int rounds, CancellationToken cancellationToken)
    {
        using var scratch = new ScratchFolder();
        var store = new SyntheticStore(await ExperimentLineage.ReadAsync(source), workers);
        var rows = Enum.GetValues<RegistryKind>().Sum(kind => store.Rows(kind).LongCount());
        var (archive, repository) = (scratch["archive.tar"], scratch["imported.git"]);
        List<Measurement> exports = [], verifications = [], imports = [], comparisons = [];
        await using var database = await BenchmarkDatabase.CreateAsync(cancellationToken);
        await database.LoadAsync(store, cancellationToken);
        for (var round = 0; round < rounds; round++)
        {
            File.Delete(archive);
            exports.Add(await database.OursAsync(cancellationToken, "export", source.Path, archive));
            verifications.Add(await MeasuredProcess.OursAsync(["verify", archive], cancellationToken));
            await using var receiver = await BenchmarkDatabase.CreateAsync(cancellationToken);
            imports.Add(await receiver.OursAsync(cancellationToken, "import", archive, repository));
            comparisons.Add(await receiver.OursAsync(cancellationToken, "compare", archive, repository));
            Directory.Delete(repository, recursive: true);
        }

        return [Row("export", exports), Row("verify", verifications), Row("import", imports), Row("compare", comparisons)];

        ScaleRow Row(string work, List<Measurement> runs) => new(work, source.Variants, rows, source.Objects, runs.Median(), runs.MedianPeak());
    }

    /// <summary>Writes the last row of those of one kind of work.</summary>
    private static void Write(List<ScaleRow> sizes)
    {
        var (first, row) = (sizes[0], sizes[^1]);
        var added = sizes.Count == 1 ? "|" : string.Create(
            CultureInfo.InvariantCulture, $"{row.PerAddedRow(sizes[^2]):F1} µs | {row.PerAddedRow(sizes[^2]) / sizes[1].PerAddedRow(first):F2}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {row.Work} | {row.Variants:N0} | {row.Rows:N0} | {row.Objects:N0} | {row.Seconds:F2} s | {row.PerRow:F1} µs | {row.PerRow / first.PerRow:F2} | {row.PerObject:F1} µs | {row.PerObject / first.PerObject:F2} | {added} | {row.Peak} |"));
    }
}
