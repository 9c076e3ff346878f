using Eden.Checkpoint.Tests.Comparison;
using Eden.Checkpoint.Tests.Kit;
using Moq;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>Archives that the reference's exporter wrote after a worker broke its contract: valid with one warning, and the same after a round trip.</summary>
[TestFixture]
public class ReferenceArchiveTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    private ImportScene _scene = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _scene = await ImportScene.CreateAsync(variants: 1);

    [OneTimeTearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    public static IEnumerable<TestCaseData> EveryArchive
    {
        get
        {
            yield return new TestCaseData("reference-exec-success-no-sha.tar", "submissions.jsonl:1 t1 commit_sha: is required; the task is failed, so the submission travels as it is");
            yield return new TestCaseData("reference-exec-success-no-sha-submitted.tar", "submissions.jsonl:1 t1 commit_sha: is required; the task is submitted, so the submission travels as it is");
            yield return new TestCaseData("reference-eval-success-no-evaluation.tar", "submissions.jsonl:2 t2 evaluation: is required; the task is failed, so the submission travels as it is");
            yield return new TestCaseData("reference-exec-success-bad-sha.tar", "submissions.jsonl:1 t1 commit_sha: `deadbeef` is not a commit hash (40 or 64 lowercase hex digits); the task is failed, so the submission travels as it is");
        }
    }

    [TestCaseSource(nameof(EveryArchive))]
    public async Task It_is_valid_with_one_warning(string name, string warning)
    {
        await using var archive = File.OpenRead(StoredArchives.PathOf(name));
        var report = await new CheckpointVerifier().VerifyAsync(archive);
        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.IsValid, Is.True);
        Assert.That(report.Warnings.Messages(), Is.EqualTo(new[] { warning }));
    }

    [TestCaseSource(nameof(EveryArchive))]
    public async Task It_is_the_same_after_an_import_and_an_export(string name, string warning)
    {
        var config = TarMembers.Read(await File.ReadAllBytesAsync(StoredArchives.PathOf(name)))["checkpoint/experiment-config.yaml"];
        foreach (var inMemory in (bool[])[false, true])
        {
            ICheckpointImportStore store = inMemory
                ? new InMemoryCheckpointStore($$"""{"experiment_id":"{{Receiver}}","state":"running","created_at":"2026-01-01T00:00:00Z"}""")
                : _scene.Store(await _scene.ReceiverAsync(Receiver));
            await using var first = File.OpenRead(StoredArchives.PathOf(name));

            var imported = await _scene.Importer(store).ImportAsync(first, _scene.Options());
            Assert.That(imported.Warnings.Messages(), Does.Contain(warning));

            using var second = new MemoryStream();
            var exported = await new CheckpointExporter(store, Placeholder()).ExportAsync(second, new CheckpointExportOptions { ExperimentConfig = config });
            Assert.That(exported.IsImportable, Is.True);
            Assert.That(exported.Warnings.Messages(), Does.Contain(warning));

            second.Position = 0;
            var report = await new CheckpointVerifier().VerifyAsync(second);
            Assert.That(report.Violations, Is.Empty);
            Assert.That(report.Warnings.Messages(), Is.EqualTo(new[] { warning }));

            first.Position = 0;
            second.Position = 0;
            var comparison = await new CheckpointComparer().CompareAsync(
                CheckpointComparisonSource.FromArchive(first, "first"),
                CheckpointComparisonSource.FromArchive(second, "second"),
                new CheckpointComparisonOptions { RightImportedFromLeft = true });
            Assert.That(comparison.IsEqual, Is.True, CheckpointComparerTests.Show(comparison));
        }
    }

    private static IRepoBundleProvider Placeholder()
    {
        var provider = new Mock<IRepoBundleProvider>();
        provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(RepoBundle.Empty);
        return provider.Object;
    }
}
