using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>What a measured child process does with the importer. The database is an environment variable's: it may hold a password.</summary>
internal static class ImportWork
{
    /// <summary>The variable with the Npgsql connection string.</summary>
    public const string DatabaseVariable = "EDEN_BENCHMARK_DATABASE";

    /// <summary>The id that imports land under: another than the source's, so that every row is rewritten.</summary>
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    /// <summary>Imports an archive and prints how long each phase took.</summary>
    public static async Task<int> RunAsync(string archive, string repository, CancellationToken cancellationToken)
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
        var connection = Environment.GetEnvironmentVariable(DatabaseVariable) ?? throw new InvalidOperationException($"{DatabaseVariable} is not set.");
        await using var database = NpgsqlDataSource.Create(connection);
        var importer = new CheckpointImporter(new PostgresCheckpointStore(database));
        var options = new CheckpointImportOptions { AsExperimentId = Receiver, RepositoryPath = repository };
        await using var content = new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var result = await importer.ImportAsync(content, options, cancellationToken);
        Console.WriteLine($"{result.RowCounts.Events} events, {result.Credentials.Count} credentials");
        return 0;
    }
}
