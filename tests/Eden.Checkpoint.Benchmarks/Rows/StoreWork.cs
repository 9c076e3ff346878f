using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>What a measured child process does with archives and the database that <see cref="BenchmarkDatabase.Variable"/> names.</summary>
internal static class StoreWork
{
    /// <summary>What stands before the seconds of an export's phases in its output.</summary>
    public const string ExportPhases = "phases:";

    /// <summary>The id that imports land under: another than the source's, so that every row is rewritten.</summary>
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    /// <summary>Exports the database with a repository on this disk, and prints how long the snapshot, the bundle, its check and the archive took.</summary>
    public static async Task ExportAsync(string repository, string archive, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(BenchmarkDatabase.ConnectionOfProcess);
        var exporter = new CheckpointExporter(new PostgresCheckpointStore(database), new LocalRepoBundleProvider(repository));
        var timings = (await exporter.ExportAsync(archive, cancellationToken: cancellationToken)).Timings;
        var phases = new[] { timings.Snapshot, timings.Bundle, timings.Validate, timings.Archive };
        Console.WriteLine($"{ExportPhases} {string.Join(' ', phases.Select(phase => phase.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture)))}");
    }

    public static async Task VerifyAsync(string archive, CancellationToken cancellationToken)
    {
        var report = await new CheckpointVerifier().VerifyAsync(archive, cancellationToken: cancellationToken);
        if (!report.IsValid)
        {
            throw new InvalidOperationException($"{report.TotalViolations} violations: {report.Detail}");
        }
    }

    /// <summary>Imports an archive and prints how long each phase took.</summary>
    public static async Task ImportAsync(string archive, string repository, CancellationToken cancellationToken)
    {
        using var phases = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Eden.Checkpoint",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = static span => span.SetCustomProperty("cpu", Environment.CpuUsage.TotalTime),
            ActivityStopped = static span => Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{span.OperationName}: {span.Duration.TotalSeconds:F2} s, {(Environment.CpuUsage.TotalTime - (TimeSpan)span.GetCustomProperty("cpu")!).TotalSeconds:F2} s of processor time, {Environment.WorkingSet >> 20} MiB")),
        };
        ActivitySource.AddActivityListener(phases);
        await using var database = NpgsqlDataSource.Create(BenchmarkDatabase.ConnectionOfProcess);
        var importer = new CheckpointImporter(new PostgresCheckpointStore(database));
        var options = new CheckpointImportOptions { AsExperimentId = Receiver, RepositoryPath = repository };
        await using var content = new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var result = await importer.ImportAsync(content, options, cancellationToken);
        Console.WriteLine($"{result.RowCounts.Events} events, {result.Credentials.Count} credentials");
    }

    /// <summary>Makes credentials for so many workers, as many at once as an import does: each hash keeps four cores busy.</summary>
    public static Task IssueCredentialsAsync(int workers, CancellationToken cancellationToken)
    {
        var issuer = new Argon2idCredentialIssuer();
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount / 4), CancellationToken = cancellationToken };
        return Parallel.ForAsync(0, workers, atOnce, async (number, token) => await issuer.IssueAsync(SyntheticStore.WorkerId(number), token));
    }

    /// <summary>Compares an archive with the database and the repository that were imported from it.</summary>
    public static async Task CompareAsync(string archive, string repository, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(BenchmarkDatabase.ConnectionOfProcess);
        var comparison = await new CheckpointComparer().CompareAsync(
            CheckpointComparisonSource.FromArchive(archive),
            CheckpointComparisonSource.FromStore(new PostgresCheckpointStore(database), repository),
            cancellationToken: cancellationToken);
        if (!comparison.IsEqual)
        {
            throw new InvalidOperationException($"{comparison.TotalDifferences} differences, the first: {comparison.Differences[0]}");
        }
    }
}
