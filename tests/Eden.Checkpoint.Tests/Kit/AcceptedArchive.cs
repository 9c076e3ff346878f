using Eden.Checkpoint.Tests.Comparison;
using Eden.Checkpoint.Tests.Import;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>What holds for every archive that a verifier takes: PostgreSQL takes it with its repository, it can be exported again, the export is valid and
/// equal, and git can use the repository.</summary>
internal static class AcceptedArchive
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    /// <summary>Holds an archive to it, which the verifier must take.</summary>
    public static async Task HoldAsync(byte[] tar)
    {
        var report = await new CheckpointVerifier().VerifyAsync(new MemoryStream(tar));
        Assert.That(report.Violations, Is.Empty);
        await HoldAsync(tar, report);
    }

    private static async Task HoldAsync(byte[] tar, CheckpointVerificationReport report)
    {
        using var folder = new TempFolder();
        await using var database = await TempPostgres.CreateDatabaseAsync();
        var store = new PostgresCheckpointStore(database.DataSource);
        var artifacts = new FileSystemArtifactStore(folder["artifacts"]);
        var repository = folder["restored.git"];

        var imported = await new CheckpointImporter(store, new QuickIssuer()).ImportAsync(
            new MemoryStream(tar),
            new CheckpointImportOptions { AsExperimentId = Receiver, RepositoryPath = report.HasBundle ? repository : null, ArtifactSink = artifacts });
        IRepoBundleProvider bundles = report.HasBundle ? new LocalRepoBundleProvider(repository) : new Placeholder();
        await new CheckpointExporter(store, bundles).ExportAsync(
            folder["again.tar"],
            new CheckpointExportOptions { ExperimentConfig = await ReadAsync(tar, report.Manifest!.Files.ExperimentConfig), ArtifactSource = artifacts });

        await using var again = File.OpenRead(folder["again.tar"]);
        var verified = await new CheckpointVerifier().VerifyAsync(again);
        var comparison = await new CheckpointComparer().CompareAsync(
            CheckpointComparisonSource.FromArchive(new MemoryStream(tar), "first"),
            CheckpointComparisonSource.FromArchive(folder["again.tar"]),
            // Objects that no ref reaches stay in a restored repository and do not leave it; ids of equal refs name equal objects, and both bundles were found whole.
            new CheckpointComparisonOptions { RightImportedFromLeft = true, CompareObjects = false });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(verified.Violations, Is.Empty, "what was exported again");

            // What the schema has no column for is told by the import, and is the only thing that is lost.
            var untold = comparison.Differences.Where(difference => !imported.Warnings.Messages().Any(
                warning => difference.Kind == CheckpointObjectKind.Experiment && warning.Contains(difference.Field!, StringComparison.Ordinal)));
            Assert.That(untold, Is.Empty, CheckpointComparerTests.Show(comparison));
            Assert.That(comparison.TotalDifferences, Is.EqualTo(comparison.Differences.Count));
            if (report.HasBundle)
            {
                Assert.That(await GitFsck.FaultsAsync(repository), Is.Empty, "what git says of the restored repository");
            }
        }
    }

    private static async Task<byte[]> ReadAsync(byte[] tar, string path)
    {
        await using var reader = new CheckpointArchiveReader(new MemoryStream(tar));
        while (await reader.ReadNextAsync() is { } member)
        {
            if (member.Path == path && !member.IsDirectory)
            {
                using var content = new MemoryStream();
                await member.Content.CopyToAsync(content);
                return content.ToArray();
            }
        }

        return [];
    }

    private sealed class Placeholder : IRepoBundleProvider
    {
        public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default) => Task.FromResult(RepoBundle.Empty);
    }
}
