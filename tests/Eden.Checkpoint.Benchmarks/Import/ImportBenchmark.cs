using System.Globalization;
using System.Runtime.InteropServices;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>A whole import, archive to commit, beside what its two halves cost at least: <c>psql \copy</c> of the same rows into the same schema,
/// and the engine's restore of the same bundle. Each in a process of its own, in turn; the table shows medians.</summary>
internal static class ImportBenchmark
{
    // In the order of their references.
    private static readonly string[] s_tables = ["experiment", "task", "idea", "variant", "submission", "event", "worker", "worker_group", "group_membership"];

    public static async Task<int> RunAsync(int[] sizes, int workers, int rounds, string? keep, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}; medians of {rounds} paired runs, whole processes, {workers} workers.");
        Console.WriteLine();
        Console.WriteLine("| variants | rows | import | rows/s | peak | `\\copy` | rows/s | restore | 3 × `\\copy` + restore | ratio |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        using var scratch = new ScratchFolder();
        foreach (var size in sizes)
        {
            await RunSizeAsync(size, workers, rounds, keep ?? scratch.Path, scratch, cancellationToken);
        }

        return 0;
    }

    private static async Task RunSizeAsync(int variants, int workers, int rounds, string home, ScratchFolder scratch, CancellationToken cancellationToken)
    {
        var source = await SyntheticRepository.EnsureAsync(home, variants, cancellationToken);
        var archive = Path.Combine(home, string.Create(CultureInfo.InvariantCulture, $"{variants}-{workers}.tar"));
        if (!File.Exists(archive))
        {
            await SyntheticArchive.CreateAsync(archive, source.Bundle, variants, workers, cancellationToken);
        }

        var repository = scratch["repository.git"];
        List<Measurement> imports = [], copies = [], restores = [];
        for (var round = 0; round < rounds; round++)
        {
            await using (var database = await BenchmarkDatabase.CreateAsync(cancellationToken))
            {
                Environment.SetEnvironmentVariable(ImportWork.DatabaseVariable, database.ConnectionString);
                imports.Add(await MeasuredProcess.RunAsync(Environment.ProcessPath!, ["child", "import", archive, repository], cancellationToken));
                Directory.Delete(repository, recursive: true);
                if (round == 0)
                {
                    await PsqlAsync(database, s_tables.Select(table => $"\\copy {table} to '{Rows(table)}'"), cancellationToken);
                }
            }

            await using (var database = await BenchmarkDatabase.CreateAsync(cancellationToken))
            {
                copies.Add(await PsqlAsync(database, ["BEGIN", .. s_tables.Select(table => $"\\copy {table} from '{Rows(table)}'"), "COMMIT"], cancellationToken));
            }

            restores.Add(await MeasuredProcess.RunAsync(Environment.ProcessPath!, ["child", "restore", source.Bundle, repository], cancellationToken));
            Directory.Delete(repository, recursive: true);
        }

        var rows = s_tables.Sum(table => File.ReadLines(Rows(table)).LongCount());
        var (import, copy, restore) = (imports.Median(), copies.Median(), restores.Median());
        var allowed = (3 * copy) + restore;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {variants:N0} | {rows:N0} | {import:F2} s | {rows / import:N0} | {imports.Max(m => m.PeakBytes) >> 20} MiB | {copy:F2} s | {rows / copy:N0} | {restore:F2} s | {allowed:F2} s | {import / allowed:F2} |"));

        string Rows(string table) => scratch[$"{table}.copy"];
    }

    /// <summary>Runs commands in one session, whose connection comes from libpq's variables.</summary>
    private static Task<Measurement> PsqlAsync(BenchmarkDatabase database, IEnumerable<string> commands, CancellationToken cancellationToken)
        => MeasuredProcess.RunAsync(
            "psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database.Name, .. commands.SelectMany(command => (string[])["-c", command])], cancellationToken);
}
