using Eden.Checkpoint.Tests.Import;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Shared;
using Moq;

namespace Eden.Checkpoint.Tests.Export;

[TestFixture]
public class CheckpointExporterOrderTests
{
    private const string Commit = "5a068bccaf00f42a81582eb629fcdfc7483e2c6a";

    private readonly List<string> _steps = [];
    private TempFolder _folder = null!;
    private Mock<IRepoBundleProvider> _provider = null!;
    private Mock<ICrossReferenceValidator> _validator = null!;

    [SetUp]
    public void SetUp()
    {
        _steps.Clear();
        _folder = new TempFolder();
        _provider = new Mock<IRepoBundleProvider>(MockBehavior.Strict);
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>()))
            .Callback(() => _steps.Add("bundle made"))
            .ReturnsAsync(() => RepoBundle.FromBytes("a bundle"u8));
        _validator = new Mock<ICrossReferenceValidator>(MockBehavior.Strict);
        _validator.Setup(v => v.ValidateAsync(
                It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .Callback(() => _steps.Add("bundle checked"))
            .ReturnsAsync((RepoBundle bundle, CheckpointReferences _, CrossReferenceOptions _, CancellationToken _) =>
                new CrossReferenceReport { Skipped = bundle.IsEmpty });
    }

    [TearDown]
    public void TearDown()
    {
        Assert.That(Directory.EnumerateFileSystemEntries(_folder.Path), Is.Empty, "temporary files were left");
        _folder.Dispose();
    }

    [Test]
    public async Task The_snapshot_ends_before_the_bundle_is_made_once_and_checked_before_the_first_byte()
    {
        var destination = new RecordingStream(() => _steps.Add("first byte"));

        await Exporter(FakeStore.WithOneVariant(Commit, _steps.Add)).ExportAsync(destination, Options());

        Assert.That(_steps, Is.EqualTo(new[]
        {
            "snapshot opened", "Tasks read", "Ideas read", "Variants read", "Submissions read", "Events read", "Workers read", "Groups read",
            "snapshot ended", "bundle made", "bundle checked", "first byte",
        }));
        _provider.Verify(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    [TestCase(null, true, GitVerification.Commits)]
    [TestCase(null, false, GitVerification.Objects)]
    [TestCase(GitVerification.Objects, true, GitVerification.Objects)]
    [TestCase(GitVerification.Commits, false, GitVerification.Commits)]
    public async Task A_bundle_of_somebody_else_is_checked_to_its_last_object_and_one_of_ours_to_its_commits(GitVerification? asked, bool ours, GitVerification depth)
    {
        using var repository = new TempFolder();
        await RepositoryShapes.BaseAsync(repository);
        if (ours)
        {
            var local = new LocalRepoBundleProvider(repository["repository"]);
            _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).Returns(local.CreateBundleAsync);
        }

        await Exporter(FakeStore.WithOneVariant(Commit)).ExportAsync(new RecordingStream(), Options() with { Depth = asked });

        _validator.Verify(v => v.ValidateAsync(
            It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.Is<CrossReferenceOptions>(o => o.Depth == depth), It.IsAny<CancellationToken>()), Times.Once);
    }

    [Test]
    public async Task The_provider_is_told_the_experiment_the_instant_and_the_references()
    {
        RepoBundleRequest? told = null;
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>()))
            .Callback((RepoBundleRequest request, CancellationToken _) => told = request)
            .ReturnsAsync(() => RepoBundle.FromBytes("a bundle"u8));

        var result = await Exporter(FakeStore.WithOneVariant(Commit)).ExportAsync(new RecordingStream(), Options());

        Assert.Multiple(() =>
        {
            Assert.That(told!.ExperimentId, Is.EqualTo(FakeStore.ExperimentId));
            Assert.That(told.SnapshotTakenAt, Is.EqualTo(FakeStore.TakenAt));
            Assert.That(told.References.TargetCount, Is.EqualTo(2), "one branch and one commit");
            Assert.That(result.Manifest.ExportedAt, Is.EqualTo("2026-05-01T12:00:00.123456Z"), "the snapshot's instant, not the end of the export");
        });
    }

    [Test]
    public async Task Members_come_in_a_fixed_order_and_equal_input_gives_equal_bytes()
    {
        var exporter = Exporter(FakeStore.WithOneVariant(Commit));
        var first = new RecordingStream();
        var second = new RecordingStream();

        var result = await exporter.ExportAsync(first, Options() with { ExperimentConfig = "a: 1\n"u8.ToArray() });
        await exporter.ExportAsync(second, Options() with { ExperimentConfig = "a: 1\n"u8.ToArray() });

        var members = TarMembers.Read(first.ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(first.ToArray(), Is.EqualTo(second.ToArray()));
            Assert.That(members.Keys, Is.EqualTo(new[]
            {
                "checkpoint/manifest.json", "checkpoint/experiment-config.yaml", "checkpoint/experiment.json", "checkpoint/tasks.jsonl",
                "checkpoint/ideas.jsonl", "checkpoint/variants.jsonl", "checkpoint/submissions.jsonl", "checkpoint/events.jsonl",
                "checkpoint/workers.jsonl", "checkpoint/groups.jsonl", "checkpoint/repo.bundle",
            }));
            Assert.That(members["checkpoint/repo.bundle"], Is.EqualTo("a bundle"u8.ToArray()));
            Assert.That(members["checkpoint/experiment-config.yaml"], Is.EqualTo("a: 1\n"u8.ToArray()));
            Assert.That(result.ArchiveBytes, Is.EqualTo(first.BytesWritten));
            Assert.That(result.Members.Select(m => m.Bytes), Is.EqualTo(members.Values.Select(m => (long)m.Length)));
        });
    }

    [TestCase("2")]
    [TestCase("")]
    [TestCase("1 ")]
    public async Task Another_format_version_is_refused_before_anything_is_read(string version)
    {
        var destination = new RecordingStream();

        var failure = await Assert.ThrowsAsync<CheckpointBadRequestException>(
            () => Exporter(FakeStore.WithOneVariant(Commit, _steps.Add)).ExportAsync(destination, Options() with { FormatVersion = version }));

        Assert.Multiple(() =>
        {
            Assert.That(failure!.ProblemType, Is.EqualTo("eden://error/bad-request"));
            Assert.That(failure.Status, Is.EqualTo(400));
            Assert.That(_steps, Is.Empty);
            Assert.That(destination.BytesWritten, Is.Zero);
        });
    }

    [Test]
    public async Task Another_experiment_than_the_one_asked_for_is_not_found()
    {
        var failure = await Assert.ThrowsAsync<ExperimentNotFoundException>(() => Exporter(FakeStore.WithOneVariant(Commit, _steps.Add))
            .ExportAsync(new RecordingStream(), Options() with { ExperimentId = "exp_00000000000000000000000000" }));

        Assert.That(failure!.Status, Is.EqualTo(404));
        Assert.That(_steps, Is.EqualTo(new[] { "snapshot opened", "snapshot ended" }));
    }

    [Test]
    public async Task Rows_that_break_the_format_fail_the_export_before_the_provider_is_asked()
    {
        var store = new FakeStore(
            $$"""{"experiment_id":"{{FakeStore.ExperimentId}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""",
            new Dictionary<RegistryKind, string[]>
            {
                [RegistryKind.Tasks] =
                [
                    $$$"""{"task_id":"t1","kind":"ideation","state":"pending","payload":{"experiment_id":"{{{FakeStore.ExperimentId}}}"},"created_at":"2026-05-01T00:00:00Z","updated_at":"2026-05-01T00:00:00Z"}""",
                    """{"task_id":"t2","kind":"execution","state":"pending","payload":{"idea_id":"gone"},"created_at":"2026-02-30T00:00:00Z","updated_at":"2026-05-01T00:00:00Z"}""",
                ],
            },
            _steps.Add);

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => Exporter(store).ExportAsync(new RecordingStream(), Options()));

        Assert.Multiple(() =>
        {
            Assert.That(_steps, Does.Not.Contain("bundle made"));
            Assert.That(failure!.TotalViolations, Is.EqualTo(2));
            Assert.That(failure.Violations.Select(v => (v.Member, v.Line, v.Record, v.Field)), Is.EquivalentTo(new[]
            {
                ("tasks.jsonl", (long?)2, "t2", "created_at"),
                ("tasks.jsonl", (long?)2, "t2", "payload.idea_id"),
            }));
        });
    }

    [Test]
    public async Task A_provider_that_fails_is_a_retryable_error_and_nothing_is_written()
    {
        var cause = new InvalidOperationException("https://user:hunter2@host/ failed");
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(cause);
        var destination = new RecordingStream();

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(
            () => Exporter(FakeStore.WithOneVariant(Commit)).ExportAsync(destination, Options()));

        Assert.Multiple(() =>
        {
            Assert.That(failure!.ProblemType, Is.EqualTo("eden://reference-error/checkpoint-repo-unavailable"));
            Assert.That(failure.Status, Is.EqualTo(503));
            Assert.That(failure.IsRetryable);
            Assert.That(failure.InnerException, Is.SameAs(cause));
            Assert.That(failure.Message, Does.Not.Contain("hunter2"));
            Assert.That(destination.BytesWritten, Is.Zero);
        });
    }

    [Test]
    public async Task A_row_that_is_longer_than_an_importer_takes_is_named_before_the_provider_is_asked()
    {
        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => Exporter(FakeStore.WithOneVariant(Commit)).ExportAsync(
            new RecordingStream(), Options() with { Limits = new CheckpointLimits { MaxLineBytes = 256 } }));

        Assert.That(failure!.Violations.Select(violation => (violation.Rule, violation.Member, violation.Line)), Is.EqualTo(new[] { (CheckpointRule.Limit, "variants.jsonl", (long?)1) }));
        Assert.That(_steps, Has.None.EqualTo("bundle made"));
    }

    [TestCase(1024, 1024, null)]
    [TestCase(1025, 1024, "experiment-config.yaml: the file has 1025 bytes; the limit is 1024")]
    [TestCase(1024, 1025, "experiment.json: the file has 1025 bytes; the limit is 1024")]
    public async Task Files_that_are_longer_than_an_importer_takes_are_named_before_the_provider_is_asked(int config, int experiment, string? told)
    {
        var record = $$"""{"experiment_id":"{{FakeStore.ExperimentId}}","state":"running","created_at":"2026-05-01T00:00:00Z","x_more":"*"}""";
        var store = new FakeStore("\n" + record.Replace("*", new string('x', experiment - record.Length + 1), StringComparison.Ordinal), new Dictionary<RegistryKind, string[]>(), _steps.Add);
        var options = Options() with { ExperimentConfig = new byte[config], Limits = new CheckpointLimits { MaxConfigBytes = 1024, MaxExperimentBytes = 1024 } };

        var export = () => Exporter(store).ExportAsync(new RecordingStream(), options);

        if (told is null)
        {
            Assert.That((await export()).Members.Select(member => member.Bytes), Has.Exactly(2).EqualTo(1024));
            return;
        }

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(export);
        Assert.That(failure!.Violations.Select(violation => (violation.Rule, violation.ToString())), Is.EqualTo(new[] { (CheckpointRule.Limit, told) }));
        Assert.That(_steps, Has.None.EqualTo("bundle made"));
    }

    [Test]
    public async Task A_provider_that_cancels_itself_or_returns_nothing_is_unavailable_too()
    {
        _provider.SetupSequence(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new TaskCanceledException())
            .ReturnsAsync((RepoBundle)null!);
        var exporter = Exporter(FakeStore.WithOneVariant(Commit));

        await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => exporter.ExportAsync(new RecordingStream(), Options()));
        await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => exporter.ExportAsync(new RecordingStream(), Options()));
    }

    [Test]
    public async Task A_bundle_that_fails_the_check_is_a_retryable_error_with_every_violation()
    {
        CheckpointViolation[] found =
        [
            new(CheckpointRule.BranchReference, "variants.jsonl", 1, "variant-1", "branch", "refs/heads/work/first is not in repo.bundle"),
            new(CheckpointRule.CommitReference, "variants.jsonl", 1, "variant-1", "commit_sha", "not there"),
        ];
        _validator.Setup(v => v.ValidateAsync(
                It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new CrossReferenceReport { Violations = found, TotalViolations = 7 });
        var destination = new RecordingStream();

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(
            () => Exporter(FakeStore.WithOneVariant(Commit)).ExportAsync(destination, Options()));

        Assert.Multiple(() =>
        {
            Assert.That(failure!.InnerException, Is.InstanceOf<CheckpointInvalidException>());
            Assert.That(failure.Violations, Is.EqualTo(found));
            Assert.That(failure.TotalViolations, Is.EqualTo(7));
            Assert.That(destination.BytesWritten, Is.Zero);
        });
    }

    [Test]
    public async Task A_bundle_that_is_none_is_not_blamed_on_a_ref_that_moved()
    {
        var exporter = new CheckpointExporter(FakeStore.WithOneVariant(Commit), _provider.Object);

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => exporter.ExportAsync(new RecordingStream(), Options()));

        Assert.That(failure!.Violations, Is.Not.Empty);
        Assert.That(failure.Message, Does.Contain("not fit for an archive").And.Contain("repo.bundle").And.Not.Contains("moved"));
    }

    [Test]
    public async Task A_store_without_a_record_of_its_experiment_is_told_so()
    {
        var store = new FakeStore(string.Empty, new Dictionary<RegistryKind, string[]>());

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => Exporter(store).ExportAsync(new RecordingStream(), Options()));

        Assert.That(failure!.Violations.Select(violation => violation.Member), Is.EqualTo(new[] { "experiment.json" }));
    }

    [Test]
    public async Task A_failure_is_logged_with_the_experiment_that_it_is_about()
    {
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(new IOException("gone"));
        using var log = new CapturedLog();
        var exporter = new CheckpointExporter(FakeStore.WithOneVariant(Commit), _provider.Object, logger: log.For<CheckpointExporter>());

        await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => exporter.ExportAsync(new RecordingStream(), Options()));

        Assert.That(log.Text, Does.Contain($"The export of {FakeStore.ExperimentId} failed with eden://reference-error/checkpoint-repo-unavailable"));
    }

    [Test]
    public async Task Progress_of_the_writing_goes_on_inside_a_long_bundle_and_ends_at_the_length_of_the_archive()
    {
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => RepoBundle.FromBytes(new byte[13 << 20]));
        var steps = new List<CheckpointProgress>();
        var progress = new Mock<IProgress<CheckpointProgress>>();
        progress.Setup(target => target.Report(It.Is<CheckpointProgress>(step => step.Phase == CheckpointPhase.Archive))).Callback(steps.Add);

        var result = await Exporter(FakeStore.WithOneVariant(Commit)).ExportAsync(new RecordingStream(), Options() with { Progress = progress.Object });

        Assert.That(steps.Select(step => step.Total), Has.All.EqualTo(result.ArchiveBytes));
        Assert.That(steps.Select(step => step.Completed), Is.Ordered);
        Assert.That(steps[^1].Completed, Is.EqualTo(result.ArchiveBytes));
        Assert.That(steps.Count(step => step.Item == "repo.bundle"), Is.GreaterThanOrEqualTo(3));
    }

    [Test]
    public async Task The_placeholder_is_exported_with_a_warning_and_is_not_resumable()
    {
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(RepoBundle.Empty);

        var result = await Exporter(FakeStore.WithoutRows()).ExportAsync(new RecordingStream(), Options());

        Assert.That(result.IsResumable, Is.False);
        Assert.That(result.Warnings.Messages(), Has.Some.Contains("not resumable"));
    }

    [Test]
    public async Task The_placeholder_can_be_ruled_out()
    {
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(RepoBundle.Empty);
        var destination = new RecordingStream();

        await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(
            () => Exporter(FakeStore.WithoutRows()).ExportAsync(destination, Options() with { RequireResumable = true }));
        Assert.That(destination.BytesWritten, Is.Zero);
    }

    [TestCase("snapshot opened")]
    [TestCase("Ideas read")]
    [TestCase("Groups read")]
    [TestCase("snapshot ended")]
    [TestCase("bundle made")]
    [TestCase("bundle checked")]
    [TestCase("first byte")]
    public async Task Cancelling_at_any_stage_leaves_nothing_behind(string stage)
    {
        using var cancellation = new CancellationTokenSource();
        var store = FakeStore.WithOneVariant(Commit, Tell);
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>()))
            .Callback(() => Tell("bundle made"))
            .ReturnsAsync(() => RepoBundle.FromBytes("a bundle"u8));
        _validator.Setup(v => v.ValidateAsync(
                It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .Callback(() => Tell("bundle checked"))
            .ReturnsAsync(new CrossReferenceReport());

        Assert.That(
            async () => await Exporter(store).ExportAsync(new RecordingStream(() => Tell("first byte")), Options(), cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_steps[^1], Is.EqualTo(stage == "Ideas read" || stage == "Groups read" ? "snapshot ended" : stage == "snapshot opened" ? "snapshot ended" : stage));
        Assert.That(store.OpenSnapshots, Is.Zero);

        void Tell(string step)
        {
            _steps.Add(step);
            if (step == stage)
            {
                cancellation.Cancel();
            }
        }
    }

    [Test]
    public async Task A_file_appears_whole_or_not_at_all()
    {
        var path = Path.Combine(_folder.Path, "out.tar");
        _provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(new IOException("gone"));

        await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => Exporter(FakeStore.WithOneVariant(Commit)).ExportAsync(path, Options()));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder.Path), Is.Empty);
    }

    [Test]
    public async Task A_file_that_was_there_is_replaced_only_at_the_end()
    {
        using var place = new TempFolder();
        var path = place["out.tar"];
        await File.WriteAllTextAsync(path, "before");
        _provider.SetupSequence(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new IOException("gone"))
            .ReturnsAsync(RepoBundle.FromBytes("a bundle"u8));
        var exporter = Exporter(FakeStore.WithOneVariant(Commit));

        await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => exporter.ExportAsync(path, Options()));
        Assert.That(await File.ReadAllTextAsync(path), Is.EqualTo("before"));

        var result = await exporter.ExportAsync(path, Options());
        Assert.That(new FileInfo(path).Length, Is.EqualTo(result.ArchiveBytes));
        Assert.That(Directory.EnumerateFileSystemEntries(place.Path), Is.EqualTo(new[] { path }));
    }

    [Test]
    public async Task A_destination_that_runs_full_passes_its_own_error_on()
    {
        Assert.That(
            async () => await Exporter(FakeStore.WithOneVariant(Commit)).ExportAsync(new RecordingStream(failAt: 3000), Options()),
            Throws.InstanceOf<IOException>().With.Message.Contains("No space"));
    }

    [Test]
    public void Senseless_destinations_are_argument_errors()
    {
        var exporter = Exporter(FakeStore.WithOneVariant(Commit));
        Assert.Multiple(() =>
        {
            Assert.That(() => exporter.ExportAsync((Stream)null!), Throws.ArgumentNullException);
            Assert.That(() => exporter.ExportAsync(new MemoryStream([], writable: false)), Throws.ArgumentException);
            Assert.That(() => exporter.ExportAsync(string.Empty), Throws.ArgumentException);
            Assert.That(() => exporter.ExportAsync(Path.GetTempPath()), Throws.ArgumentException);
            Assert.That(() => exporter.ExportAsync(Path.Combine(_folder.Path, "no", "such.tar")), Throws.InstanceOf<DirectoryNotFoundException>());
        });
    }

    private CheckpointExporter Exporter(ICheckpointStore store) => new(store, _provider.Object, _validator.Object);

    private CheckpointExportOptions Options() => new() { TemporaryDirectory = _folder.Path };
}
