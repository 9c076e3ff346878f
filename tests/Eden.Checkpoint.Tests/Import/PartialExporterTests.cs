using Eden.Checkpoint.Tests.Comparison;
using Eden.Checkpoint.Tests.Kit;
using Moq;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>What the reference's exporter does not know of itself it writes as <c>null</c>: the archive is as good as any other.</summary>
[TestFixture]
public class PartialExporterTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    private const string Warning = "The manifest's exporter.atomicity_mechanism is null; what is not known is left out.";

    [Test]
    public async Task An_archive_of_the_reference_verifies_with_a_warning_and_survives_an_import_and_an_export()
    {
        var path = StoredArchives.PathOf("reference-exporter-partial.tar");
        var report = await VerifyAsync(path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Violations, Is.Empty);
            Assert.That(report.Warnings.Messages(), Is.EqualTo(new[] { Warning }));
        }

        await using var database = await TempPostgres.CreateDatabaseAsync();
        foreach (var store in (ICheckpointImportStore[])
        [
            new PostgresCheckpointStore(database.DataSource),
            new InMemoryCheckpointStore($$"""{"experiment_id":"{{Receiver}}","state":"running","created_at":"2026-01-01T00:00:00Z"}"""),
        ])
        {
            using var folder = new TempFolder();
            await using (var archive = File.OpenRead(path))
            {
                var result = await new CheckpointImporter(store, new QuickIssuer()).ImportAsync(archive, new CheckpointImportOptions { AsExperimentId = Receiver });
                Assert.That(result.Warnings.Messages(), Does.Contain(Warning));
            }

            var placeholder = Mock.Of<IRepoBundleProvider>(
                bundles => bundles.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>()) == Task.FromResult(RepoBundle.Empty));
            var config = TarMembers.Read(await File.ReadAllBytesAsync(path))["checkpoint/experiment-config.yaml"];
            await new CheckpointExporter(store, placeholder).ExportAsync(folder["again.tar"], new CheckpointExportOptions { ExperimentConfig = config });

            Assert.That((await VerifyAsync(folder["again.tar"])).Violations, Is.Empty);
            var comparison = await new CheckpointComparer().CompareAsync(
                CheckpointComparisonSource.FromArchive(path), CheckpointComparisonSource.FromArchive(folder["again.tar"]), new CheckpointComparisonOptions { RightImportedFromLeft = true });
            Assert.That(comparison.IsEqual, CheckpointComparerTests.Show(comparison));
        }
    }

    private static async Task<CheckpointVerificationReport> VerifyAsync(string path)
    {
        await using var archive = File.OpenRead(path);
        return await new CheckpointVerifier().VerifyAsync(archive);
    }
}
