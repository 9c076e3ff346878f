using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>A whole export, from a database and a repository on this disk to the archive, beside what plain tools take for the same bytes, which check
/// nothing: <c>psql \copy</c> of every table, <c>git bundle create --all</c> and <c>tar</c>. In turn; the table shows medians.</summary>
internal static class ExportBenchmark
{
    public static async Task RunAsync(IEnumerable<HistoryPlan> plans, int workers, int rounds, string? keep, CancellationToken cancellationToken)
    {
        Surroundings.Write($"medians of {rounds} paired runs, whole processes; peaks are anonymous memory + mapped files.");
        Console.WriteLine("| history | rows | archive | ours | tools | ratio | our peak | tools' peak | our snapshot / bundle / check / archive | `\\copy` / `git bundle create` / `tar` |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---|---|");
        using var scratch = new ScratchFolder();
        foreach (var plan in plans)
        {
            var source = await GeneratedRepository.EnsureAsync(keep ?? scratch.Path, plan, cancellationToken);
            await using var database = await BenchmarkDatabase.CreateAsync(cancellationToken);
            await database.LoadAsync(new SyntheticStore(await ExperimentLineage.ReadAsync(source), workers), cancellationToken);
            await RunAsync(source, database, rounds, cancellationToken);
        }
    }

    private static async Task RunAsync(GeneratedRepository source, BenchmarkDatabase database, int rounds, CancellationToken cancellationToken)
    {
        using var scratch = new ScratchFolder();
        var tables = new CopiedTables(scratch.Path);
        var (archive, bundle) = (scratch["ours.tar"], scratch["repo.bundle"]);
        List<Measurement> ours = [], copies = [], bundles = [], tars = [];
        for (var round = 0; round < rounds; round++)
        {
            File.Delete(archive);
            ours.Add(await database.OursAsync(cancellationToken, "export", source.Path, archive));
            copies.Add(await tables.CopyOutAsync(database, cancellationToken));
            bundles.Add(await MeasuredProcess.GitAsync(cancellationToken, "-C", source.Path, "bundle", "create", "--quiet", bundle, "--all"));
            tars.Add(await MeasuredProcess.RunAsync(
                "tar", ["-C", scratch.Path, "-cf", scratch["theirs.tar"], Path.GetFileName(bundle), .. CopiedTables.Names], cancellationToken));
        }

        var theirs = copies.Zip(bundles, tars).Select(run => run.First + run.Second + run.Third).ToList();
        var (mine, floor) = (ours.Median(), theirs.Median());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {source.History} | {tables.CountRows():N0} | {new FileInfo(archive).Length / 1e6:F0} MB | {mine:F2} s | {floor:F2} s | {mine / floor:F2} | {ours.MedianPeak()} | {theirs.MedianPeak()} | {Phases(ours)} | {copies.Median():F2} / {bundles.Median():F2} / {tars.Median():F2} s |"));
    }

    /// <summary>Returns the median of each phase, as the runs have printed them.</summary>
    private static string Phases(IEnumerable<Measurement> runs)
    {
        var phases = runs
            .Select(run => run.Output.Split('\n').Single(line => line.StartsWith(StoreWork.ExportPhases, StringComparison.Ordinal)))
            .Select(line => line[StoreWork.ExportPhases.Length..].Trim().Split(' ').Select(seconds => double.Parse(seconds, CultureInfo.InvariantCulture)).ToArray())
            .ToList();
        var medians = Enumerable.Range(0, phases[0].Length).Select(phase => phases.Select(run => run[phase]).Median().ToString("F2", CultureInfo.InvariantCulture));
        return $"{string.Join(" / ", medians)} s";
    }
}
