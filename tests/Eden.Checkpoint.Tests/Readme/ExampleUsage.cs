using Eden.Git;
using Npgsql;

namespace Eden.Checkpoint.Tests.Readme;

/// <summary>The examples in the documentation of public types, compiled as they stand there.</summary>
internal static class ExampleUsage
{
    public static async Task CheckpointExporterAsync(ICheckpointStore store, IRepoBundleProvider bundles, ReadOnlyMemory<byte> config, string archivePath, CancellationToken cancellationToken)
    {
        #region CheckpointExporter
        var exporter = new CheckpointExporter(store, bundles);
        var options = new CheckpointExportOptions { ExperimentConfig = config };
        try
        {
            var result = await exporter.ExportAsync(archivePath, options, cancellationToken);
            Console.WriteLine($"{result.ArchiveBytes} bytes, resumable: {result.IsResumable}");
        }
        catch (CheckpointException failure) when (failure.IsRetryable)
        {
            Console.WriteLine($"Nothing was written; the same call may succeed later: {failure.Message}");
        }
        #endregion
    }

    public static async Task CheckpointVerifierAsync(string archivePath, CancellationToken cancellationToken)
    {
        #region CheckpointVerifier
        await using var archive = File.OpenRead(archivePath);
        var report = await new CheckpointVerifier().VerifyAsync(archive, cancellationToken: cancellationToken);
        Console.WriteLine(report.IsValid ? "valid" : $"{report.TotalViolations} violations, the first: {report.Detail}");
        #endregion
    }

    public static async Task CheckpointImporterAsync(ICheckpointImportStore store, string archivePath, string repositoryPath, CancellationToken cancellationToken)
    {
        #region CheckpointImporter
        var importer = new CheckpointImporter(store);
        await using var archive = File.OpenRead(archivePath);
        var options = new CheckpointImportOptions { RepositoryPath = repositoryPath };
        var result = await importer.ImportAsync(archive, options, cancellationToken);
        foreach (var credential in result.Credentials)
        {
            // The token is told once; only its hash is in the store.
            Console.WriteLine($"{credential.WorkerId} has a new token of {credential.Token.Length} characters");
        }
        #endregion
    }

    public static async Task CheckpointComparerAsync(string exportedPath, string exportedAgainPath, CancellationToken cancellationToken)
    {
        #region CheckpointComparer
        var comparison = await new CheckpointComparer().CompareAsync(
            CheckpointComparisonSource.FromArchive(exportedPath), CheckpointComparisonSource.FromArchive(exportedAgainPath), cancellationToken: cancellationToken);
        Console.WriteLine(comparison.IsEqual ? "equal" : string.Join(Environment.NewLine, comparison.Differences));
        #endregion
    }

    public static async Task CheckpointSchedulerAsync(string experimentId, ICheckpointStore store, IRepoBundleProvider bundles, string directory, CancellationToken cancellationToken)
    {
        #region CheckpointScheduler
        var scheduler = new CheckpointScheduler(
            experimentId,
            store,
            new CheckpointExporter(store, bundles),
            new DirectoryCheckpointDestination(directory),
            new CheckpointSchedule { Enabled = true, Interval = TimeSpan.FromHours(6), RetentionCount = 8 });
        await scheduler.RunAsync(cancellationToken);
        #endregion
    }

    public static IRepoBundleProvider RemoteRepoBundleProvider(string clonePath, string remoteUrl, string helperPath)
    {
        #region RemoteRepoBundleProvider
        var bundles = new RemoteRepoBundleProvider(clonePath, remoteUrl, new RemoteRepoBundleOptions
        {
            Sync = new LocalCloneOptions { Credentials = new CredentialHelper(helperPath) },
        });
        #endregion
        return bundles;
    }

    public static async Task LocalRepoBundleProviderAsync(string experimentId, string repositoryPath, CancellationToken cancellationToken)
    {
        #region LocalRepoBundleProvider
        var bundles = new LocalRepoBundleProvider(repositoryPath);
        using var bundle = await bundles.CreateBundleAsync(new RepoBundleRequest(experimentId, DateTimeOffset.UtcNow), cancellationToken);
        Console.WriteLine($"{bundle.Length} bytes");
        #endregion
    }

    public static async Task<ICheckpointImportStore> PostgresCheckpointStoreAsync(string connectionString, CancellationToken cancellationToken)
    {
        #region PostgresCheckpointStore
        var database = NpgsqlDataSource.Create(connectionString);
        await PostgresCheckpointSchema.EnsureCreatedAsync(database, cancellationToken);
        var store = new PostgresCheckpointStore(database);
        #endregion
        return store;
    }

    public static ICheckpointImportStore InMemoryCheckpointStore()
    {
        #region InMemoryCheckpointStore
        var store = new InMemoryCheckpointStore("""{"experiment_id":"exp_0123456789abcdefghjkmnpqrs","created_at":"2026-05-01T12:00:00Z","state":"running"}""");
        store.Put(RegistryKind.Workers, """
            {"worker_id":"wkr_0123456789abcdefghjkmnpqrs","experiment_id":"exp_0123456789abcdefghjkmnpqrs","registered_at":"2026-05-01T12:00:00Z","registered_by":"admin"}
            """);
        #endregion
        return store;
    }

    public static async Task CrossReferenceValidatorAsync(string bundlePath, string commitId, string variantId, CancellationToken cancellationToken)
    {
        #region CrossReferenceValidator
        var references = new CheckpointReferences([new GitReference(GitReferenceField.VariantCommitSha, commitId, variantId)]);
        var report = await new CrossReferenceValidator().ValidateAsync(RepoBundle.FromFile(bundlePath), references, cancellationToken: cancellationToken);
        Console.WriteLine(report.IsValid ? "every commit is there" : string.Join(Environment.NewLine, report.Violations));
        #endregion
    }

    public static async Task GitBundleAsync(string repositoryPath, string bundlePath, string restoredPath, CancellationToken cancellationToken)
    {
        #region GitBundle
        await GitBundle.CreateAsync(repositoryPath, bundlePath, cancellationToken: cancellationToken);
        var report = await GitBundle.VerifyAsync(bundlePath, cancellationToken: cancellationToken);
        Console.WriteLine(report.IsWhole ? "whole" : string.Join(Environment.NewLine, report.Faults));
        await GitBundle.RestoreAsync(bundlePath, restoredPath, cancellationToken: cancellationToken);
        #endregion
    }

    public static async Task LocalCloneAsync(string clonePath, string remoteUrl, CancellationToken cancellationToken)
    {
        #region LocalClone
        var clone = await LocalClone.EnsureAsync(clonePath, remoteUrl, cancellationToken: cancellationToken);
        Console.WriteLine($"{clone.RefCount} refs at {clone.Path}");
        #endregion
    }
}
