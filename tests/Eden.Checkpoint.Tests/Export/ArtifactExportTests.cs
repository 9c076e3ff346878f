using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Tests.Kit;
using Eden.Shared;
using Moq;

namespace Eden.Checkpoint.Tests.Export;

[TestFixture]
public class ArtifactExportTests
{
    private const string Commit = "5a068bccaf00f42a81582eb629fcdfc7483e2c6a";

    private TempFolder _folder = null!;
    private TempFolder _scratch = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        _scratch = new TempFolder();
        File.WriteAllText(_folder["plan.txt"], "the plan");
        File.WriteAllText(_folder["log.txt"], "the log");
    }

    [TearDown]
    public void TearDown()
    {
        Assert.That(Directory.EnumerateFileSystemEntries(_scratch.Path), Is.Empty, "temporary files were left");
        _scratch.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Artifacts_are_stored_once_named_by_their_hash_and_the_rows_name_them_there()
    {
        var store = Store(Uri("plan.txt"), Uri("plan.txt"), Uri("log.txt"));
        var destination = new RecordingStream();

        var result = await Exporter(store).ExportAsync(destination, Options());

        var members = TarMembers.Read(destination.ToArray());
        var plan = Hash("the plan");
        var log = Hash("the log");
        Assert.Multiple(() =>
        {
            Assert.That(members.Keys.Where(name => name.Contains("artifacts/", StringComparison.Ordinal)), Is.EqualTo(new[]
            {
                $"checkpoint/artifacts/sha256/{plan}", $"checkpoint/artifacts/sha256/{log}",
            }.Order(StringComparer.Ordinal)));
            Assert.That(Encoding.UTF8.GetString(members[$"checkpoint/artifacts/sha256/{plan}"]), Is.EqualTo("the plan"));
            Assert.That(Field(members["checkpoint/ideas.jsonl"], "artifacts_uri"), Is.EqualTo($"checkpoint:sha256:{plan}"));
            Assert.That(Field(members["checkpoint/variants.jsonl"], "artifacts_uri"), Is.EqualTo($"checkpoint:sha256:{plan}"));
            Assert.That(Field(members["checkpoint/variants.jsonl"], "executor_artifacts_uri"), Is.EqualTo($"checkpoint:sha256:{log}"));
            Assert.That(members.Keys.Last(), Is.EqualTo("checkpoint/repo.bundle"));
            Assert.That(result.ArtifactCount, Is.EqualTo(2));
            Assert.That(result.ArtifactBytes, Is.EqualTo(15));
        });

        var report = await new CheckpointVerifier().VerifyAsync(new MemoryStream(destination.ToArray()));
        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.ArtifactCount, Is.EqualTo(2));
    }

    [Test]
    public async Task Every_artifact_that_is_missing_is_named_and_nothing_is_written()
    {
        var destination = new RecordingStream();

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(
            () => Exporter(Store(Uri("gone.txt"), Uri("plan.txt"), Uri("gone-too.txt"))).ExportAsync(destination, Options()));

        Assert.That(failure!.TotalViolations, Is.EqualTo(2));
        Assert.That(failure.Violations.Select(v => (v.Member, v.Line)), Is.EquivalentTo(new[] { ("ideas.jsonl", (long?)1), ("variants.jsonl", 1) }));
        Assert.That(destination.BytesWritten, Is.Zero);
    }

    [Test]
    public async Task What_the_source_does_not_serve_travels_as_it_is_with_a_warning()
    {
        var destination = new RecordingStream();

        var result = await Exporter(Store("https://example.org/plan", Uri("plan.txt"), "s3://bucket/log")).ExportAsync(destination, Options());

        var members = TarMembers.Read(destination.ToArray());
        Assert.That(Field(members["checkpoint/ideas.jsonl"], "artifacts_uri"), Is.EqualTo("https://example.org/plan"));
        Assert.That(result.ArtifactCount, Is.EqualTo(1));
        Assert.That(result.Warnings.Messages(), Has.Some.StartsWith("2 artifact URIs are not served"));
    }

    [Test]
    public async Task Without_a_source_rows_stay_byte_for_byte()
    {
        var destination = new RecordingStream();

        await Exporter(Store(Uri("plan.txt"), Uri("plan.txt"), Uri("gone.txt"))).ExportAsync(
            destination, Options() with { ArtifactSource = null });

        Assert.That(Field(TarMembers.Read(destination.ToArray())["checkpoint/ideas.jsonl"], "artifacts_uri"), Is.EqualTo(Uri("plan.txt")));
    }

    [Test]
    public async Task A_row_may_name_an_artifact_of_an_archive_when_the_source_has_it()
    {
        await ((FileSystemArtifactStore)Options().ArtifactSource!).StoreAsync(Hash("the plan"), new MemoryStream("the plan"u8.ToArray()));
        var destination = new RecordingStream();

        var result = await Exporter(Store($"checkpoint:sha256:{Hash("the plan")}", Uri("plan.txt"), Uri("log.txt"))).ExportAsync(destination, Options());

        Assert.That(Field(TarMembers.Read(destination.ToArray())["checkpoint/ideas.jsonl"], "artifacts_uri"), Is.EqualTo($"checkpoint:sha256:{Hash("the plan")}"));
        Assert.That(result.ArtifactCount, Is.EqualTo(2));
        Assert.That((await new CheckpointVerifier().VerifyAsync(new MemoryStream(destination.ToArray()))).Violations, Is.Empty);
    }

    [Test]
    public async Task A_row_that_the_archives_uris_make_too_long_for_an_importer_is_named()
    {
        var store = Store("https://example.org/plan", Uri("plan.txt"), "s3:x");
        int longest;
        await using (var snapshot = await store.OpenSnapshotAsync())
        {
            longest = (await snapshot.ListAsync(RegistryKind.Variants)).Max(Encoding.UTF8.GetByteCount);
        }

        var source = new Mock<IArtifactSource>();
        source.Setup(s => s.OpenAsync("s3:x", It.IsAny<CancellationToken>())).ReturnsAsync(() => new MemoryStream("bytes"u8.ToArray()));

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => Exporter(store).ExportAsync(
            new RecordingStream(), Options() with { ArtifactSource = source.Object, Limits = new CheckpointLimits { MaxLineBytes = longest } }));

        Assert.That(failure!.Violations.Single(), Has.Property(nameof(CheckpointViolation.Rule)).EqualTo(CheckpointRule.Limit)
            .And.Property(nameof(CheckpointViolation.Member)).EqualTo("variants.jsonl").And.Property(nameof(CheckpointViolation.Line)).EqualTo(1));
    }

    [Test]
    public async Task A_source_that_refuses_an_artifact_without_a_violation_fails_the_export_too()
    {
        var source = new Mock<IArtifactSource>();
        source.Setup(s => s.OpenAsync(Uri("plan.txt"), It.IsAny<CancellationToken>())).ThrowsAsync(new CheckpointInvalidException([]));

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(
            () => Exporter(Store(Uri("plan.txt"), "s3:x", "s3:y")).ExportAsync(new RecordingStream(), Options() with { ArtifactSource = source.Object }));

        Assert.That(failure!.Violations.Single().ToString(), Does.StartWith("ideas.jsonl:1 ").And.Contain("did not say why"));
    }

    [TestCase(18, true)]
    [TestCase(17, false)]
    public async Task More_artifacts_than_an_importer_takes_members_are_refused(int members, bool accepted)
    {
        var source = new Mock<IArtifactSource>();
        source.Setup(s => s.OpenAsync(It.IsAny<string>(), It.IsAny<CancellationToken>())).ReturnsAsync((string uri, CancellationToken _) => new MemoryStream(Encoding.UTF8.GetBytes(uri)));
        var ideas = Enumerable.Range(0, 7).Select(number =>
            $$"""{"idea_id":"i-{{number}}","experiment_id":"{{FakeStore.ExperimentId}}","slug":"first","priority":1,"parent_commits":["{{Commit}}"],"artifacts_uri":"s3:{{number}}","state":"ready","created_at":"2026-05-01T00:00:00Z"}""");
        var store = new FakeStore(
            $$"""{"experiment_id":"{{FakeStore.ExperimentId}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""", new Dictionary<RegistryKind, string[]> { [RegistryKind.Ideas] = [.. ideas] });
        var limits = new CheckpointLimits { MaxMembers = members };
        var destination = new RecordingStream();

        var export = () => Exporter(store).ExportAsync(destination, Options() with { ArtifactSource = source.Object, Limits = limits });

        if (accepted)
        {
            await export();
            var report = await new CheckpointVerifier().VerifyAsync(new MemoryStream(destination.ToArray()), new CheckpointVerificationOptions { Limits = limits });
            Assert.That((report.IsValid, report.ArtifactCount), Is.EqualTo((true, 7L)));
            return;
        }

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(export);
        Assert.That(failure!.Violations.Single().ToString(), Does.Contain("18 members; the limit is 17"));
        Assert.That(destination.BytesWritten, Is.Zero);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string? Field(byte[] lines, string name)
        => JsonDocument.Parse(Encoding.UTF8.GetString(lines).Split('\n')[0]).RootElement.GetProperty(name).GetString();

    private static CheckpointExporter Exporter(ICheckpointStore store)
    {
        var provider = new Mock<IRepoBundleProvider>();
        provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(RepoBundle.Empty);
        return new CheckpointExporter(store, provider.Object);
    }

    private static FakeStore Store(string idea, string variant, string executor) => new(
        $$"""{"experiment_id":"{{FakeStore.ExperimentId}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""",
        new Dictionary<RegistryKind, string[]>
        {
            [RegistryKind.Ideas] =
            [
                $$"""{"idea_id":"idea-1","experiment_id":"{{FakeStore.ExperimentId}}","slug":"first","priority":1,"parent_commits":["{{Commit}}"],"artifacts_uri":"{{idea}}","state":"ready","created_at":"2026-05-01T00:00:00Z"}""",
            ],
            [RegistryKind.Variants] =
            [
                $$"""{"variant_id":"variant-1","experiment_id":"{{FakeStore.ExperimentId}}","idea_id":"idea-1","status":"success","parent_commits":["{{Commit}}"],"artifacts_uri":"{{variant}}","executor_artifacts_uri":"{{executor}}","started_at":"2026-05-01T00:00:00Z"}""",
            ],
        });

    private string Uri(string name) => new Uri(_folder[name]).AbsoluteUri;

    private CheckpointExportOptions Options() => new()
    {
        TemporaryDirectory = _scratch.Path,
        ArtifactSource = new FileSystemArtifactStore(_folder["store"], new FileSystemArtifactStoreOptions { FileRoots = [_folder.Path] }),
    };
}
