using System.Text.Json.Nodes;
using Eden.Checkpoint.Tests.Kit;
using Eden.Shared;
using Moq;

namespace Eden.Checkpoint.Tests.Verification;

[TestFixture]
public class CheckpointVerifierTests : VerifierTestBase
{
    private static readonly byte[] s_artifact = "an artifact"u8.ToArray();

    [Test]
    public async Task A_right_archive_is_valid_and_resumable()
    {
        var report = await VerifyAsync(new HandMadeArchive().Artifact(s_artifact));

        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.Warnings, Is.Empty);
        Assert.Multiple(() =>
        {
            Assert.That(report.IsValid, Is.True);
            Assert.That(report.IsResumable, Is.True);
            Assert.That(report.Manifest?.ExperimentId, Is.EqualTo(HandMadeArchive.Experiment));
            Assert.That(report.RowCounts, Is.EqualTo(report.Manifest?.Counts));
            Assert.That(report.Members.Select(member => member.Path), Does.Contain("repo.bundle").And.Contain("manifest.json").And.Not.Contain("artifacts"));
            Assert.That((report.ArtifactCount, report.ArtifactBytes), Is.EqualTo((1L, (long)s_artifact.Length)));
            Assert.That(report.ThrowIfInvalid, Throws.Nothing);
        });
    }

    [Test]
    public async Task The_validator_gets_the_bundle_and_every_reference_once()
    {
        byte[]? bytes = null;
        CheckpointReferences? references = null;
        Validator
            .Setup(validator => validator.ValidateAsync(It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((RepoBundle bundle, CheckpointReferences given, CrossReferenceOptions? _, CancellationToken _) =>
            {
                using var content = new MemoryStream();
                bundle.OpenRead().CopyTo(content);
                bytes = content.ToArray();
                references = given;
                return new CrossReferenceReport { RefCount = 7, Warnings = [new CheckpointWarning(CheckpointWarningCode.Repository, "odd")] };
            });

        var report = await VerifyAsync(new HandMadeArchive());

        Assert.That(bytes, Is.EqualTo("stands for a bundle"u8.ToArray()));
        Assert.That(references?.TargetCount, Is.EqualTo(4), "three commits and a branch");
        Assert.That(report.CrossReferences?.RefCount, Is.EqualTo(7));
        Assert.That(report.Warnings, Is.EqualTo(new[] { new CheckpointWarning(CheckpointWarningCode.Repository, "odd") }));
        Assert.That(report.Warnings[0].ToString(), Is.EqualTo("odd"));
        Validator.Verify(validator => validator.ValidateAsync(It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    [Test]
    public async Task The_report_has_all_that_the_validator_found()
    {
        var found = new CrossReferenceReport
        {
            Skipped = true,
            Violations = [new CheckpointViolation(CheckpointRule.BranchReference, "variants.jsonl", 2, "v-1", "branch", "is not in the bundle")],
            TotalViolations = 12,
            Warnings = [new CheckpointWarning(CheckpointWarningCode.Repository, "odd")],
            RefCount = 3,
            ObjectCount = 4,
            ReachableCommitCount = 5,
        };
        Validator
            .Setup(validator => validator.ValidateAsync(It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(found);

        var report = await VerifyAsync(new HandMadeArchive());

        Assert.That(report.CrossReferences, Is.EqualTo(found).UsingPropertiesComparer());
    }

    [Test]
    public async Task A_failed_cross_reference_check_makes_the_archive_invalid()
    {
        var violation = new CheckpointViolation(CheckpointRule.BranchReference, "variants.jsonl", 2, "v-1", "branch", "is not in the bundle");
        Validator
            .Setup(validator => validator.ValidateAsync(It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new CrossReferenceReport { Violations = [violation], TotalViolations = 12 });

        var report = await VerifyAsync(new HandMadeArchive());

        Assert.That(report.Problem, Is.EqualTo(CheckpointProblem.CheckpointInvalid));
        Assert.That(report.Violations, Is.EqualTo(new[] { violation }));
        Assert.That(report.TotalViolations, Is.EqualTo(12));
        Assert.That(report.ThrowIfInvalid, Throws.InstanceOf<CheckpointInvalidException>().With.Property("TotalViolations").EqualTo(12));
    }

    [Test]
    public async Task The_placeholder_is_valid_but_not_resumable()
    {
        var report = await VerifyAsync(new HandMadeArchive().Set("repo.bundle", string.Empty));

        Assert.That((report.IsValid, report.IsResumable, report.CrossReferences?.Skipped), Is.EqualTo((true, false, (bool?)true)));
    }

    [Test]
    public async Task Members_come_in_any_order([Values(0, 1, 5, -1)] int manifest, [Values(0, 3, -1)] int experiment)
    {
        var archive = new HandMadeArchive().Artifact(s_artifact).Move("experiment.json", experiment).Move("manifest.json", manifest);
        archive.Row("variants.jsonl", 2, row => row["artifacts_uri"] = $"checkpoint:sha256:{HandMadeArchive.Hash(s_artifact)}");

        var report = await VerifyAsync(archive);

        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.RowCounts, Is.EqualTo(report.Manifest?.Counts));
        Assert.That(report.ArtifactCount, Is.EqualTo(1));

        archive.Row("tasks.jsonl", 3, row => row["state"] = "done").Row("ideas.jsonl", 1, row => row["experiment_id"] = HandMadeArchive.OtherExperiment);
        report = await VerifyAsync(archive);

        Assert.That(report.Violations.Select(violation => (violation.Member, violation.Line, violation.Field)), Is.EquivalentTo(new[]
        {
            ("tasks.jsonl", 3L, "state"), ("ideas.jsonl", (long?)1, "experiment_id"),
        }));
    }

    [Test]
    public async Task Other_places_are_followed_and_named_in_violations([Values(0, -1)] int manifest)
    {
        var archive = new HandMadeArchive().Artifact(s_artifact)
            .Rename("tasks.jsonl", "rows/ideas.jsonl").Rename("ideas.jsonl", "tasks.jsonl")
            .Rename("repo.bundle", "git/all.bundle").Rename($"artifacts/sha256/{HandMadeArchive.Hash(s_artifact)}", $"blobs/{HandMadeArchive.Hash(s_artifact)}")
            .Row("rows/ideas.jsonl", 2, row => row.Remove("created_at"))
            .Move("manifest.json", manifest)
            .EditManifest(json =>
            {
                json["files"]!["tasks"] = "rows/ideas.jsonl";
                json["files"]!["ideas"] = "tasks.jsonl";
                json["files"]!["repo_bundle"] = "git/all.bundle";
                json["files"]!["artifacts_dir"] = "blobs";
            });

        var report = await VerifyAsync(archive);

        Assert.That(report.Violations, Has.Count.EqualTo(1));
        Assert.That(report.Violations[0].ToString(), Does.StartWith("rows/ideas.jsonl:2 t-2 created_at: "));
        Assert.That(report.ArtifactCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Explicit_directories_of_the_layout_are_accepted()
    {
        var tar = new RawTar().Member("./", type: '5').Member("checkpoint/", type: '5').Member("checkpoint/artifacts/", type: '5')
            .Member("checkpoint/artifacts/sha256/", type: '5').Raw(new HandMadeArchive().Artifact(s_artifact).ToTar()).ToArray();

        Assert.That((await VerifyAsync(tar)).Violations, Is.Empty);
    }

    [Test]
    public async Task Other_directories_are_violations([Values("notes/", "artifacts/sha1/", "tasks.jsonl/", "manifest.json/")] string path, [Values] bool beforeTheManifest)
    {
        var directory = new RawTar().Member($"checkpoint/{path}", type: '5').ToArray();
        var archive = path.StartsWith("manifest", StringComparison.Ordinal) ? new HandMadeArchive().Rename("manifest.json", "m.json") : new HandMadeArchive();
        var tar = archive.ToRawTar().ToArray();

        var report = await VerifyAsync(beforeTheManifest ? [.. directory, .. tar] : [.. tar, .. directory]);

        Assert.That(report.Problem, Is.EqualTo(CheckpointProblem.CheckpointInvalid));
        Assert.That(report.Violations.Select(violation => violation.ToString()), Has.Some.Match(path switch
        {
            "tasks.jsonl/" => "^checkpoint/tasks.jsonl/?: the member is there twice",
            "manifest.json/" => "^manifest.json: the archive has no manifest",
            _ => $"^{path[..^1]}: the directory is none",
        }));
    }

    [Test]
    public async Task Counts_that_disagree_and_unwanted_reissue_are_warnings()
    {
        var report = await VerifyAsync(new HandMadeArchive().EditManifest(json =>
        {
            json["counts"]!["ideas"] = 12;
            json["requires_credential_reissue"] = false;
        }));

        Assert.That(report.IsValid, Is.True);
        Assert.That(report.Warnings.Messages(), Is.EquivalentTo(new[]
        {
            "The manifest counts 12 ideas; the file has 1.",
            "The manifest says that no credentials need to be reissued; an import reissues them all the same.",
        }));
        Assert.That(report.Warnings.Select(warning => warning.Code), Is.EquivalentTo(new[] { CheckpointWarningCode.ManifestCount, CheckpointWarningCode.ManifestField }));
    }

    [Test]
    public async Task What_the_manifest_says_of_its_exporter_as_null_and_counts_beyond_64_bits_are_warnings([Values(0, -1)] int manifest)
    {
        var report = await VerifyAsync(new HandMadeArchive().Move("manifest.json", manifest).EditManifest(json =>
        {
            json["exporter"] = JsonNode.Parse("""{"implementation":null,"atomicity_mechanism":null}""");
            json["counts"]!["ideas"] = JsonNode.Parse("99999999999999999999");
            json["counts"]!["events"] = JsonNode.Parse("1e99");
        }));
        var without = await VerifyAsync(new HandMadeArchive().EditManifest(json => json["exporter"] = null));

        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.Warnings.Messages(), Is.EquivalentTo(new[]
        {
            "The manifest's exporter.implementation is null; what is not known is left out.",
            "The manifest's exporter.atomicity_mechanism is null; what is not known is left out.",
            "The manifest counts 9223372036854775807 or more ideas; the file has 1.",
            "The manifest counts 9223372036854775807 or more events; the file has 3.",
        }));
        Assert.That((without.IsValid, without.Warnings.Messages().Single()), Is.EqualTo((true, "The manifest's exporter is null; what is not known is left out.")));
    }

    [Test]
    public async Task A_missing_end_mark_is_a_warning()
    {
        var report = await VerifyAsync(new HandMadeArchive().ToRawTar().ToArray());

        Assert.That(report.IsValid, Is.True);
        Assert.That(report.Warnings.Messages(), Has.One.Contains("end-of-archive"));
        Assert.That(report.Warnings.Single().Code, Is.EqualTo(CheckpointWarningCode.ArchiveEnd));
    }

    [Test]
    public async Task Another_version_is_that_problem_whatever_else_is_wrong([Values(0, -1)] int manifest)
    {
        var format = await VerifyAsync(new HandMadeArchive().Move("manifest.json", manifest).Set("tasks.jsonl", "rubbish").EditManifest(json =>
        {
            json["checkpoint_format_version"] = "2";
            json["spec_version"] = "v7";
            json.Remove("files");
        }));
        var spec = await VerifyAsync(new HandMadeArchive().Move("manifest.json", manifest).Set("tasks.jsonl", "rubbish").EditManifest(json => json["spec_version"] = "v7"));

        Assert.Multiple(() =>
        {
            Assert.That(format.Problem, Is.EqualTo(CheckpointProblem.UnsupportedCheckpointVersion));
            Assert.That(format.ThrowIfInvalid, Throws.InstanceOf<UnsupportedCheckpointVersionException>().With.Message.Contains("'2'"));
            Assert.That(spec.Problem, Is.EqualTo(CheckpointProblem.SpecVersionMismatch));
            Assert.That(spec.ThrowIfInvalid, Throws.InstanceOf<SpecVersionMismatchException>().With.Message.Contains("'v7'"));
            Assert.That((format.IsValid, format.TotalViolations), Is.EqualTo((false, 0L)));
        });
    }

    [Test]
    public async Task Every_violation_is_counted_and_only_as_many_are_listed_as_wanted()
    {
        var archive = new HandMadeArchive().Set("surplus", "x").Set("tasks.jsonl", string.Concat(Enumerable.Repeat("{}\n", 200)));

        var report = await VerifyAsync(archive, CheckpointLimits.Default with { MaxViolations = 3 });

        Assert.That(report.Violations, Has.Count.EqualTo(3));
        Assert.That(report.TotalViolations, Is.GreaterThan(200));
        Assert.That(report.Violations[0].Member, Is.EqualTo("surplus"));
    }

    [Test]
    public async Task Faults_of_single_members_are_listed_together()
    {
        var tar = new HandMadeArchive().ToRawTar().Member("checkpoint/link", type: '2', link: "/etc/passwd").Text("other/root", "x")
            .Text("checkpoint/../up", "x").Text("checkpoint/tasks.jsonl", "again").Text("checkpoint/surplus", "x").End();

        var report = await VerifyAsync(tar);

        Assert.That(report.Violations.Select(violation => violation.Member), Is.EqualTo(new[]
        {
            "checkpoint/link", "other/root", "checkpoint/../up", "checkpoint/tasks.jsonl", "surplus",
        }));
    }

    [Test]
    public async Task What_was_found_before_a_cut_is_told()
    {
        var tar = new HandMadeArchive().Row("tasks.jsonl", 1, row => row.Remove("state")).ToRawTar().ToArray();

        var report = await VerifyAsync(tar[..^700]);

        Assert.That(report.Violations.Select(violation => violation.ToString()), Has.One.Contains("cut inside").And.One.StartsWith("tasks.jsonl:1 t-1 state: "));
        Assert.That(report.CrossReferences, Is.Null);
    }

    [Test]
    public async Task Foreign_files_before_the_manifest_are_bounded()
    {
        var archive = new HandMadeArchive().Move("manifest.json", -1);
        var tar = new RawTar();
        for (var index = 0; index < 1500; index++)
        {
            tar.Text($"checkpoint/junk-{index}", "x");
        }

        var report = await VerifyAsync(tar.Raw(archive.ToTar()).ToArray());

        Assert.That(report.Problem, Is.EqualTo(CheckpointProblem.CheckpointInvalid));
        Assert.That(report.TotalViolations, Is.GreaterThan(1000));
    }

    [Test]
    public void A_cancellation_and_a_broken_connection_pass_through_and_leave_no_file([Values(600, 3000, 9000)] int after)
    {
        var tar = new HandMadeArchive().Move("manifest.json", -1).ToTar();
        var verifier = new CheckpointVerifier(Validator.Object);
        var options = new CheckpointVerificationOptions { TemporaryDirectory = Folder.Path };

        Assert.That(() => verifier.VerifyAsync(new FailingStream(tar, after), options), Throws.InstanceOf<EndOfStreamException>().With.Message.EqualTo("the wire broke"));
        using var cancellation = new CancellationTokenSource();
        var source = new TriggerStream(tar, after, cancellation.Cancel);
        Assert.That(() => verifier.VerifyAsync(source, options, cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void A_failure_of_the_validator_passes_through_and_leaves_no_file()
    {
        Validator
            .Setup(validator => validator.ValidateAsync(It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new IOException("disk"));

        Assert.That(() => VerifyAsync(new HandMadeArchive()), Throws.InstanceOf<IOException>().With.Message.EqualTo("disk"));
    }

    [Test]
    public async Task Files_are_private_while_they_are_there()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no modes.");
        }

        var modes = new List<UnixFileMode>();
        Validator
            .Setup(validator => validator.ValidateAsync(It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(() =>
            {
                foreach (var entry in Directory.EnumerateFileSystemEntries(Folder.Path, "*", SearchOption.AllDirectories))
                {
#pragma warning disable CA1416 // Guarded above.
                    modes.Add(File.GetUnixFileMode(entry));
#pragma warning restore CA1416
                }

                return new CrossReferenceReport();
            });

        await VerifyAsync(new HandMadeArchive().Move("manifest.json", -1));

        Assert.That(modes, Is.Not.Empty.And.All.Matches<UnixFileMode>(mode => (mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)) == 0));
    }

    [Test]
    public async Task Progress_names_the_members()
    {
        var seen = new List<CheckpointProgress>();
        var progress = new Mock<IProgress<CheckpointProgress>>();
        progress.Setup(target => target.Report(It.IsAny<CheckpointProgress>())).Callback(seen.Add);

        await new CheckpointVerifier(Validator.Object).VerifyAsync(
            new MemoryStream(new HandMadeArchive().ToTar()), new CheckpointVerificationOptions { Progress = progress.Object, TemporaryDirectory = Folder.Path });

        Assert.That(seen.Select(step => step.Item), Does.Contain("manifest.json").And.Contain("repo.bundle"));
        Assert.That(seen.Select(step => step.Completed), Is.Ordered);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Progress_ends_at_the_length_of_the_archive_and_has_it_as_its_total_where_the_stream_tells(bool seeks)
    {
        var tar = new HandMadeArchive().ToTar();
        var seen = new List<CheckpointProgress>();
        var progress = new Mock<IProgress<CheckpointProgress>>();
        progress.Setup(target => target.Report(It.Is<CheckpointProgress>(step => step.Phase == CheckpointPhase.Archive))).Callback(seen.Add);
        Stream archive = new MemoryStream([1, 2, 3, .. tar]) { Position = 3 };
        if (!seeks)
        {
            archive = new AsyncOnlyStream(archive, 1000);
        }

        await new CheckpointVerifier(Validator.Object).VerifyAsync(
            archive, new CheckpointVerificationOptions { Progress = progress.Object, TemporaryDirectory = Folder.Path });

        Assert.That(seen.Select(step => step.Total), Has.All.EqualTo(seeks ? tar.Length : null));
        Assert.That(seen[^1].Completed, Is.EqualTo(tar.Length));
    }

    private sealed class TriggerStream(byte[] bytes, int after, Action trigger) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= after)
            {
                trigger();
            }

            cancellationToken.ThrowIfCancellationRequested();
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, 512)], cancellationToken);
        }
    }
}
