using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Shared;
using Moq;

namespace Eden.Checkpoint.Tests.Export;

/// <summary><see cref="CheckpointExportOptions.AllowRowViolations"/>: the last resort for a store whose rows break the rules.</summary>
[TestFixture]
public class RowViolationTests
{
    private const string Commit = "1111111111111111111111111111111111111111";
    private const string Id = FakeStore.ExperimentId;
    private const string Time = "2026-05-01T00:00:00Z";

    private static readonly Dictionary<RegistryKind, string[]> s_broken = new()
    {
        [RegistryKind.Tasks] =
        [
            $$$"""{"task_id":"t1","kind":"execution","state":"pending","payload":{"idea_id":"gone"},"created_at":"2026-02-30T00:00:00Z","updated_at":"{{{Time}}}"}""",
            "{\"task_id\":\"t2\",\n nonsense }",
        ],
        [RegistryKind.Ideas] =
        [
            $$"""{"idea_id":"i","idea_id":"i","experiment_id":"{{Id}}","slug":"A B","priority":1,"parent_commits":["{{Commit}}"],"artifacts_uri":"file:///a","state":"ready","created_at":"{{Time}}"}""",
            $$"""{"idea_id":"i","experiment_id":"{{Id}}","slug":"b","priority":1,"parent_commits":[],"artifacts_uri":"no uri","state":"ready","created_at":"{{Time}}"}""",
        ],
        [RegistryKind.Submissions] = ["""{"task_id":"nobody","kind":"ideation","status":"success","idea_ids":[]}""", "[]"],
        [RegistryKind.Groups] = [$$"""{"group_id":"{{HandMadeArchive.Team}}","experiment_id":"{{Id}}","members":["{{HandMadeArchive.Team}}"],"created_at":"{{Time}}"}"""],
    };

    private readonly List<string> _steps = [];
    private Mock<IRepoBundleProvider> _provider = null!;
    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _steps.Clear();
        _folder = new TempFolder();
        _provider = new Mock<IRepoBundleProvider>();
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).Callback(() => _steps.Add("bundle made")).ReturnsAsync(RepoBundle.Empty);
    }

    [TearDown]
    public void NothingTemporaryIsLeft()
    {
        Assert.That(Directory.EnumerateFileSystemEntries(_folder.Path), Is.Empty);
        _folder.Dispose();
    }

    [Test]
    public async Task The_archive_is_written_with_every_violation_among_the_warnings_and_cannot_be_imported()
    {
        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => Exporter(s_broken).ExportAsync(new RecordingStream(), Options()));
        Assert.That(failure!.TotalViolations, Is.EqualTo(failure.Violations.Count).And.GreaterThan(8));
        Assert.That(_steps, Is.Empty, "the default is to refuse, before a bundle is made");
        var destination = new RecordingStream();

        var result = await Exporter(s_broken).ExportAsync(destination, Options() with { AllowRowViolations = true });

        Assert.That(result.IsImportable, Is.False);
        Assert.That(result.IsResumable, Is.False);
        Assert.That(result.Warnings.Messages(), Is.SupersetOf(failure.Violations.Select(violation => violation.ToString())));
        Assert.That(result.Warnings.Messages()[0], Is.EqualTo($"The archive cannot be imported: its rows break {failure.TotalViolations} rules, and it was written because that was allowed."));
        Assert.That(result.Warnings.Count(warning => warning.Code == CheckpointWarningCode.RowViolation), Is.EqualTo(failure.TotalViolations + 1));
        Assert.That(_steps, Is.EqualTo(new[] { "bundle made" }));

        // The rows are the store's, each on its line.
        var members = TarMembers.Read(destination.ToArray());
        Assert.That(Lines(members, "ideas"), Is.EqualTo(s_broken[RegistryKind.Ideas]));
        Assert.That(Lines(members, "submissions"), Is.EqualTo(s_broken[RegistryKind.Submissions]));
        Assert.That(Lines(members, "groups"), Is.EqualTo(s_broken[RegistryKind.Groups]));
        Assert.That(Lines(members, "tasks"), Has.Length.EqualTo(2).And.Some.Contains("nonsense"));

        var report = await new CheckpointVerifier().VerifyAsync(new MemoryStream(destination.ToArray()));
        Assert.That(report.Violations.Select(violation => (violation.Rule, violation.Member, violation.Line, violation.Field)), Is.EquivalentTo(
            failure.Violations.Select(violation => (violation.Rule, violation.Member, violation.Line, violation.Field))));
        var store = new InMemoryCheckpointStore($$"""{"experiment_id":"{{Id}}","state":"running","created_at":"{{Time}}"}""");
        await Assert.ThrowsAsync<CheckpointInvalidException>(() => new CheckpointImporter(store).ImportAsync(new MemoryStream(destination.ToArray())));
    }

    [Test]
    public async Task Rows_that_keep_the_rules_give_the_same_bytes_and_an_archive_that_can_be_imported()
    {
        var (without, with) = (new RecordingStream(), new RecordingStream());
        await Exporter(new Dictionary<RegistryKind, string[]>()).ExportAsync(without, Options());

        var result = await Exporter(new Dictionary<RegistryKind, string[]>()).ExportAsync(with, Options() with { AllowRowViolations = true });

        Assert.That(result.IsImportable, Is.True);
        Assert.That(with.ToArray(), Is.EqualTo(without.ToArray()));
    }

    [Test]
    public async Task Violations_beyond_the_limit_are_counted()
    {
        var result = await Exporter(s_broken).ExportAsync(new RecordingStream(), Options() with { AllowRowViolations = true, Limits = new CheckpointLimits { MaxViolations = 2 } });

        Assert.That(result.Warnings.Messages(), Has.Exactly(1).Matches("^… and [0-9]+ more violations\\.$"));
    }

    [Test]
    public async Task A_record_of_the_experiment_that_breaks_the_rules_is_written_too()
    {
        var store = new FakeStore($$"""{"experiment_id":"{{Id}}","state":"paused","created_at":"yesterday"}""", new Dictionary<RegistryKind, string[]>());
        var destination = new RecordingStream();

        var result = await new CheckpointExporter(store, _provider.Object).ExportAsync(destination, Options() with { AllowRowViolations = true });

        Assert.That(result.IsImportable, Is.False);
        Assert.That(result.Warnings.Messages(), Has.Some.Contains("state: `paused` is none of").And.Some.Contains("created_at: `yesterday`"));
        Assert.That(Encoding.UTF8.GetString(TarMembers.Read(destination.ToArray())["checkpoint/experiment.json"]), Does.Contain("\"paused\""));
    }

    [Test]
    public async Task A_bundle_that_fails_the_check_is_never_waived()
    {
        var bundle = await RepoBundle.FromStreamAsync(new MemoryStream("no bundle"u8.ToArray()));
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(bundle);
        var destination = new RecordingStream();

        await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => Exporter(s_broken).ExportAsync(destination, Options() with { AllowRowViolations = true }));
        Assert.That(destination.BytesWritten, Is.Zero);
    }

    [Test]
    public async Task The_cross_references_of_rows_that_are_right_are_never_waived()
    {
        var rows = new Dictionary<RegistryKind, string[]>(s_broken)
        {
            [RegistryKind.Variants] = [$$"""{"variant_id":"v","experiment_id":"{{Id}}","kind":"baseline","status":"success","parent_commits":["{{Commit}}"],"branch":"work/x","started_at":"{{Time}}"}"""],
        };
        var validator = new Mock<ICrossReferenceValidator>();
        validator.Setup(v => v.ValidateAsync(It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((RepoBundle _, CheckpointReferences references, CrossReferenceOptions? _, CancellationToken _) => new CrossReferenceReport
            {
                Violations = [new CheckpointViolation(CheckpointRule.BranchReference, "variants.jsonl", 1, "v", "branch", $"of {references.TargetCount}")],
                TotalViolations = 1,
            });

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(
            () => new CheckpointExporter(Store(rows), _provider.Object, validator.Object).ExportAsync(new RecordingStream(), Options() with { AllowRowViolations = true }));
        Assert.That(failure!.IsRetryable, Is.True);
    }

    [Test]
    public async Task Files_that_are_longer_than_an_importer_takes_are_never_waived()
    {
        var options = Options() with { AllowRowViolations = true, ExperimentConfig = new byte[2000], Limits = new CheckpointLimits { MaxConfigBytes = 1024 } };

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => Exporter(s_broken).ExportAsync(new RecordingStream(), options));
        Assert.That(failure!.Violations, Has.Some.Property(nameof(CheckpointViolation.Member)).EqualTo("experiment-config.yaml"));
    }

    [Test]
    public async Task Artifacts_are_gathered_from_broken_rows_too_and_no_row_is_lost()
    {
        var source = new Mock<IArtifactSource>();
        source.Setup(s => s.OpenAsync("file:///a", It.IsAny<CancellationToken>())).ReturnsAsync(() => new MemoryStream("the plan"u8.ToArray()));
        var longRow = $$"""{"variant_id":"v","artifacts_uri":"file:///a","x":"{{new string('x', 2000)}}"}""";
        var rows = new Dictionary<RegistryKind, string[]>(s_broken) { [RegistryKind.Variants] = ["no JSON", longRow, "\"\\ud800\""] };
        var destination = new RecordingStream();

        var result = await Exporter(rows).ExportAsync(
            destination, Options() with { AllowRowViolations = true, ArtifactSource = source.Object, Limits = new CheckpointLimits { MaxLineBytes = 1024 } });

        var members = TarMembers.Read(destination.ToArray());
        Assert.That(result.ArtifactCount, Is.EqualTo(1));
        Assert.That(Lines(members, "variants"), Has.Length.EqualTo(3).And.Some.EqualTo("\"\\ud800\""));
        Assert.That(Lines(members, "variants")[1], Does.Contain("\"artifacts_uri\":\"checkpoint:sha256:").And.Length.GreaterThan(2000));
        Assert.That(Lines(members, "ideas"), Has.Length.EqualTo(2).And.Some.Contains("\"artifacts_uri\":\"no uri\""));
        source.Verify(s => s.OpenAsync(It.Is<string>(uri => uri != "file:///a"), It.IsAny<CancellationToken>()), Times.Never);
    }

    [TestCase("failed", true)]
    [TestCase("submitted", true)]
    [TestCase("completed", false)]
    public async Task An_artifact_that_a_worker_named_and_that_is_not_there_matters_where_the_task_is_completed(string state, bool isTaken)
    {
        var gone = $"file://{_folder.Path}/gone";
        var claim = state == "submitted" ? $$""","claim":{"worker_id":"{{HandMadeArchive.Ann}}","claimed_at":"{{Time}}"}""" : string.Empty;
        string Task(string id, string other) => $$"""{"task_id":"{{id}}","kind":"evaluation","state":"{{other}}","payload":{"variant_id":"v"}{{(other == state ? claim : string.Empty)}},"created_at":"{{Time}}","updated_at":"{{Time}}"}""";
        string Submission(string id, string uri) => $$"""{"task_id":"{{id}}","kind":"evaluation","status":"error","variant_id":"v","artifacts_uri":"{{uri}}"}""";
        var rows = new Dictionary<RegistryKind, string[]>
        {
            [RegistryKind.Tasks] = [Task("t-0", "failed"), Task("t-1", state)],
            [RegistryKind.Variants] = [$$"""{"variant_id":"v","experiment_id":"{{Id}}","kind":"baseline","status":"success","parent_commits":["{{Commit}}"],"started_at":"{{Time}}"}"""],
            [RegistryKind.Submissions] = [Submission("t-0", gone), Submission("t-1", gone)],
        };
        var options = Options() with { ArtifactSource = new FileSystemArtifactStore(_folder["none"], new FileSystemArtifactStoreOptions { FileRoots = [_folder.Path] }) };
        var destination = new RecordingStream();

        var export = () => Exporter(rows).ExportAsync(destination, options);

        if (isTaken)
        {
            var result = await export();
            Assert.That(result.IsImportable, Is.True);
            Assert.That(result.Warnings.Messages().Count(warning => warning.Contains("The artifact cannot be read", StringComparison.Ordinal)), Is.EqualTo(2), "one a record");
            Assert.That(Lines(TarMembers.Read(destination.ToArray()), "submissions"), Is.EqualTo(rows[RegistryKind.Submissions]));
            Assert.That((await new CheckpointVerifier().VerifyAsync(new MemoryStream(destination.ToArray()))).Violations, Is.Empty);
        }
        else
        {
            var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(export);
            Assert.That(failure!.Violations.Select(violation => (violation.Rule, violation.Member, violation.Line)), Is.EqualTo(new[] { (CheckpointRule.Artifact, "submissions.jsonl", (long?)2) }));
        }
    }

    private static FakeStore Store(Dictionary<RegistryKind, string[]> rows)
        => new($$"""{"experiment_id":"{{Id}}","state":"running","created_at":"{{Time}}"}""", rows);

    private static string[] Lines(Dictionary<string, byte[]> members, string registry)
        => Encoding.UTF8.GetString(members[$"checkpoint/{registry}.jsonl"]).Split('\n')[..^1];

    private CheckpointExporter Exporter(Dictionary<RegistryKind, string[]> rows) => new(Store(rows), _provider.Object);

    private CheckpointExportOptions Options() => new() { TemporaryDirectory = _folder.Path };
}
