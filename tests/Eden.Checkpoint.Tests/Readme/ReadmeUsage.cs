using Eden.Git;
using Npgsql;

namespace Eden.Checkpoint.Tests.Readme;

/// <summary>The code of the README's usage section, compiled and run as it stands there.</summary>
internal static class ReadmeUsage
{
    public static async Task RunAsync(
        string connectionString,
        string clonePath,
        string remoteUrl,
        string helperPath,
        ReadOnlyMemory<byte> config,
        string archivePath,
        TextWriter output,
        CancellationToken cancellationToken)
    {
        #region usage
        await using var database = NpgsqlDataSource.Create(connectionString);
        var exporter = new CheckpointExporter(
            new PostgresCheckpointStore(database),
            new RemoteRepoBundleProvider(clonePath, remoteUrl, new RemoteRepoBundleOptions
            {
                Sync = new LocalCloneOptions { Credentials = new CredentialHelper(helperPath) },
            }));
        try
        {
            var options = new CheckpointExportOptions { ExperimentConfig = config };
            var result = await exporter.ExportAsync(archivePath, options, cancellationToken);
            output.WriteLine($"{result.Manifest.ExperimentId}: {result.ArchiveBytes} bytes, resumable: {result.IsResumable}");
        }
        catch (CheckpointRepoUnavailableException unavailable)
        {
            // Nothing was written. The same call may succeed later.
            output.WriteLine($"{unavailable.ProblemType}: {unavailable.Message}");
            throw;
        }

        var report = await new CheckpointVerifier().VerifyAsync(archivePath, cancellationToken: cancellationToken);
        output.WriteLine(report.IsValid ? "valid" : string.Join(Environment.NewLine, report.Violations));
        #endregion
    }
}
