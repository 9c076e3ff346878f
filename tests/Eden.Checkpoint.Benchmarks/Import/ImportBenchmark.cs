using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>A whole import, archive to commit, beside what its parts cost at least: <c>psql \copy</c> of the same rows into the same schema, the engine's
/// restore of the same bundle, and the hashes of the workers' credentials. Each in a process of its own, in turn; the table shows medians.</summary>
internal static class ImportBenchmark
{
    public static async Task RunAsync(IEnumerable<HistoryPlan> plans, int workers, int rounds, string? keep, CancellationToken cancellationToken)
    {
        Surroundings.Write($"medians of {rounds} paired runs, whole processes, {workers} workers; the peak is anonymous memory + mapped files.");
        Console.WriteLine("| history | rows | import | peak | `\\copy` | restore | credentials | (import − credentials) / (`\\copy` + restore) |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|");
        using var scratch = new ScratchFolder();
        foreach (var plan in plans)
        {
            var source = await GeneratedRepository.EnsureAsync(keep ?? scratch.Path, plan, cancellationToken);
            await RunAsync(source, workers, rounds, cancellationToken);
        }
    }

    private static async Task RunAsync(GeneratedRepository source, int workers, int rounds, CancellationToken cancellationToken)
    {
        var archive = await SyntheticArchive.EnsureAsync(source, workers, cancellationToken);
        using var scratch = new ScratchFolder();
        var tables = new CopiedTables(scratch.Path);
        var repository = scratch["repository.git"];
        List<Measurement> imports = [], copies = [], restores = [], credentials = [];
        for (var round = 0; round < rounds; round++)
        {
            await using (var database = await BenchmarkDatabase.CreateAsync(cancellationToken))
            {
                imports.Add(await database.OursAsync(cancellationToken, "import", archive, repository));
                Directory.Delete(repository, recursive: true);
                if (round == 0)
                {
                    await tables.CopyOutAsync(database, cancellationToken);
                }
            }

            await using (var database = await BenchmarkDatabase.CreateAsync(cancellationToken))
            {
                copies.Add(await tables.CopyInAsync(database, cancellationToken));
            }

            restores.Add(await MeasuredProcess.OursAsync(["restore", source.Bundle, repository], cancellationToken));
            Directory.Delete(repository, recursive: true);
            credentials.Add(await MeasuredProcess.OursAsync(["credentials", workers.ToString(CultureInfo.InvariantCulture)], cancellationToken));
        }

        var (import, copy, restore, credential) = (imports.Median(), copies.Median(), restores.Median(), credentials.Median());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {source.History} | {tables.CountRows():N0} | {import:F2} s | {imports.MedianPeak()} | {copy:F2} s | {restore:F2} s | {credential:F2} s | {(import - credential) / (copy + restore):F2} |"));
    }
}
