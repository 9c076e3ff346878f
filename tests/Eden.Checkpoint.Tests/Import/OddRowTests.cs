using System.Text.Json.Nodes;
using Eden.Checkpoint.Tests.Comparison;
using Eden.Checkpoint.Tests.Kit;
using Moq;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>Whatever a verification takes, an import takes on every store, and what it refuses is refused there with the same violations.</summary>
[TestFixture]
public class OddRowTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    private ImportScene _scene = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _scene = await ImportScene.CreateAsync(variants: 1);

    [OneTimeTearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    private static readonly Dictionary<string, (Action<ComparedExperiment> Edit, string? Warning)> s_accepted = new()
    {
        ["a submission of a failed task that is nothing but a task and a kind"] = (
            experiment => Submission(experiment, "failed", row => Clear(row, "task_id", "kind")), "; the task is failed, so the submission travels as it is"),
        ["a submission of a failed task with anything in it"] = (
            experiment => Submission(experiment, "failed", row =>
            {
                row["status"] = null;
                row["variant_id"] = "gone\0";
                row["idea_ids"] = new JsonArray(1, "gone", null);
                row["commit_sha"] = new JsonObject { ["a"] = "\0" };
                row["evaluation"] = "none";
                row["artifacts_uri"] = "checkpoint:sha256:" + new string('0', 64);
                row["x_more"] = new JsonArray(new JsonArray(), "漢字\u2028");
            }),
            "; the task is failed, so the submission travels as it is"),
        ["a submission of a pending task"] = (
            experiment => Task(experiment, "pending", null, row => AddSubmission(experiment, row)), "there is a submission, although the task is pending"),
        ["a submission of a claimed task"] = (
            experiment => Task(experiment, "claimed", null, row => AddSubmission(experiment, row)), "there is a submission, although the task is claimed"),
        ["a member named twice"] = (
            experiment => experiment.Edit(RegistryKind.Groups, 0, row => row["members"] = new JsonArray(Member(experiment, 0), Member(experiment, 1), Member(experiment, 0), Member(experiment, 0))),
            "is named twice; an import keeps it once"),
        ["two groups with one name"] = (
            experiment =>
            {
                experiment.Edit(RegistryKind.Groups, 0, row => row["name"] = "Réviseurs");
                experiment.Edit(RegistryKind.Groups, 1, row => row["name"] = "Réviseurs");
            },
            "`Réviseurs` is the name of the group on line 1 too"),
        ["payloads of every kind that name the experiment"] = (
            experiment =>
            {
                for (var index = 0; index < experiment[RegistryKind.Tasks].Count; index++)
                {
                    experiment.Edit(RegistryKind.Tasks, index, row => row["payload"]!["experiment_id"] = (string)JsonNode.Parse(experiment.Experiment)!["experiment_id"]!);
                }
            },
            null),
        ["ids of 2,000 bytes that do not compress"] = (experiment => Rename(experiment, Incompressible(2000)), null),
        ["a NUL wherever it is text"] = (
            experiment =>
            {
                foreach (var kind in Enum.GetValues<RegistryKind>())
                {
                    for (var index = 0; index < experiment[kind].Count; index++)
                    {
                        experiment.Edit(kind, index, row =>
                        {
                            if (kind == RegistryKind.Tasks && (string)row["kind"]! != "ideation" && (string)row["state"]! is not ("completed" or "failed"))
                            {
                                return;
                            }

                            row["x\0"] = new JsonArray("\0", new JsonObject { ["\0"] = 1 });
                        });
                    }
                }

                Task(experiment, "completed", null, row => row["payload"]!["x"] = "\0");
                Task(experiment, "failed", null, row => row["payload"]!["x"] = "\0");
                experiment.Edit(RegistryKind.Events, 0, row =>
                {
                    row["type"] = "idea.dispatched";
                    row["data"] = new JsonObject { ["idea_id"] = "\0", ["task_id"] = Incompressible(5000) };
                });
                experiment.Edit(RegistryKind.Variants, 1, row => row["description"] = "\0");
                experiment.Edit(RegistryKind.Workers, 0, row => row["labels"] = new JsonObject { ["\0"] = "\0" });
            },
            null),
    };

    private static readonly Dictionary<string, (Action<ComparedExperiment> Edit, string Violation)> s_refused = new()
    {
        ["an id of 2,001 bytes"] = (experiment => Rename(experiment, Incompressible(2001)), "is longer than 2000 bytes"),
        ["an id with a NUL"] = (experiment => Rename(experiment, "i\0"), "holds U+0000, which a store cannot keep in an id"),
        ["an event id with a NUL"] = (experiment => experiment.Edit(RegistryKind.Events, 3, row => row["event_id"] = "\0"), "event_id: `\\u{0}` holds U+0000"),
        ["a NUL in the payload of a pending task"] = (experiment => Task(experiment, "pending", "execution", row => row["payload"]!["x"] = new JsonArray("\0")), "payload: holds U+0000"),
        ["a NUL in the payload of a claimed task"] = (experiment => Task(experiment, "claimed", null, row => row["payload"]!["x"] = "\0"), "payload: holds U+0000"),
        ["a NUL in the payload of a submitted task"] = (experiment => Task(experiment, "submitted", "evaluation", row => row["payload"]!["\0"] = 1), "payload: holds U+0000"),
        ["a NUL beside the payload of a task that is indexed"] = (experiment => Task(experiment, "pending", "execution", row => row["x_note"] = "\0"), "holds U+0000, which cannot be stored in a task of kind execution"),
        ["the token of a claim"] = (experiment => Task(experiment, "submitted", null, row => row["claim"]!["token"] = "secret"), "claim.token: must not be in an archive"),
        ["the hash of a credential"] = (experiment => experiment.Edit(RegistryKind.Workers, 0, row => row["auth_credential_hash"] = "secret"), "auth_credential_hash: must not be in an archive"),
        ["a registration token"] = (experiment => experiment.Edit(RegistryKind.Workers, 0, row => row["registration_token"] = "secret"), "registration_token: must not be in an archive"),
        ["a broken submission of a completed task"] = (experiment => Submission(experiment, "completed", row => row.Remove("status")), "status: is required"),
        ["a target of the other kind"] = (experiment => experiment.Edit(RegistryKind.Ideas, 0, row => row["intended_executor"] = new JsonObject { ["kind"] = "group", ["id"] = Member(experiment, 0) }), "is not a group id"),
    };

    public static IEnumerable<string> Accepted => s_accepted.Keys;

    public static IEnumerable<string> Refused => s_refused.Keys;

    [TestCaseSource(nameof(Accepted))]
    public async Task What_a_verification_takes_every_store_takes_and_gives_back(string name)
    {
        var (edit, warning) = s_accepted[name];
        var experiment = Make(edit);
        var report = await new CheckpointVerifier().VerifyAsync(experiment.ToArchive());
        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.Warnings.Messages(), warning is null ? Is.Empty : Has.Some.Contains(warning));

        foreach (var store in await StoresAsync())
        {
            var imported = await _scene.Importer(store).ImportAsync(experiment.ToArchive(), _scene.Options());
            Assert.That(imported.Warnings.Messages(), warning is null ? Is.Not.Empty : Has.Some.Contains(warning));

            var archive = await ExportAsync(store, experiment.Config);
            Assert.That((await new CheckpointVerifier().VerifyAsync(archive)).Violations, Is.Empty);
            archive.Position = 0;
            var comparison = await new CheckpointComparer().CompareAsync(
                experiment.AsArchive(), CheckpointComparisonSource.FromArchive(archive, "again"), new CheckpointComparisonOptions { RightImportedFromLeft = true });
            Assert.That(comparison.IsEqual, Is.True, CheckpointComparerTests.Show(comparison));
        }

        _scene.AssertNothingTemporary();
    }

    [TestCaseSource(nameof(Refused))]
    public async Task What_a_verification_refuses_every_store_refuses_for_the_same_reasons(string name)
    {
        var (edit, violation) = s_refused[name];
        var experiment = Make(edit);
        var report = await new CheckpointVerifier().VerifyAsync(experiment.ToArchive());
        Assert.That(report.Violations.Select(found => found.ToString()), Has.Some.Contains(violation).And.None.Contains("secret"));

        foreach (var store in await StoresAsync())
        {
            var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => _scene.Importer(store).ImportAsync(experiment.ToArchive(), _scene.Options()));
            Assert.That(failure!.Violations, Is.EqualTo(report.Violations));
            await using var snapshot = await store.OpenSnapshotAsync();
            Assert.That(await snapshot.ListAsync(RegistryKind.Events), Is.Empty);
        }
    }

    [Test]
    public async Task A_member_named_twice_is_in_the_store_once()
    {
        var experiment = Make(s_accepted["a member named twice"].Edit);
        var key = experiment.Key(RegistryKind.Groups, 0);
        foreach (var store in await StoresAsync())
        {
            await _scene.Importer(store).ImportAsync(experiment.ToArchive(), _scene.Options());
            await using var snapshot = await store.OpenSnapshotAsync();
            var group = (await snapshot.ListAsync(RegistryKind.Groups)).Select(row => JsonNode.Parse(row)!).Single(row => (string)row["group_id"]! == key);
            Assert.That(group["members"]!.AsArray().Select(member => (string)member!), Is.EqualTo(new[] { Member(experiment, 0), Member(experiment, 1) }));
        }
    }

    [Test]
    public async Task Payloads_of_every_kind_name_the_receiver()
    {
        var experiment = Make(s_accepted["payloads of every kind that name the experiment"].Edit);
        foreach (var store in await StoresAsync())
        {
            await _scene.Importer(store).ImportAsync(experiment.ToArchive(), _scene.Options());
            await using var snapshot = await store.OpenSnapshotAsync();
            Assert.That(
                (await snapshot.ListAsync(RegistryKind.Tasks)).Select(row => (string)JsonNode.Parse(row)!["payload"]!["experiment_id"]!).ToList(),
                Has.Count.EqualTo(experiment[RegistryKind.Tasks].Count).And.All.EqualTo(Receiver));
        }
    }

    private static ComparedExperiment Make(Action<ComparedExperiment> edit)
    {
        var experiment = ComparedExperiment.Create(variants: 36);
        edit(experiment);
        return experiment;
    }

    private static async Task<MemoryStream> ExportAsync(ICheckpointStore store, byte[] config)
    {
        var provider = new Mock<IRepoBundleProvider>();
        provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(RepoBundle.Empty);
        var archive = new MemoryStream();
        await new CheckpointExporter(store, provider.Object).ExportAsync(archive, new CheckpointExportOptions { ExperimentConfig = config });
        archive.Position = 0;
        return archive;
    }

    private async Task<ICheckpointImportStore[]> StoresAsync() =>
    [
        _scene.Store(await _scene.ReceiverAsync(Receiver)),
        new InMemoryCheckpointStore($$"""{"experiment_id":"{{Receiver}}","state":"running","created_at":"2026-01-01T00:00:00Z"}"""),
    ];

    private static void Task(ComparedExperiment experiment, string state, string? kind, Action<JsonObject> edit)
    {
        var index = experiment[RegistryKind.Tasks].FindIndex(text =>
            JsonNode.Parse(text) is { } row && (string)row["state"]! == state && (kind is null || (string)row["kind"]! == kind));
        Assert.That(index, Is.Not.Negative, $"a {kind} task that is {state}");
        experiment.Edit(RegistryKind.Tasks, index, edit);
    }

    /// <summary>Edits the submission of a task in a state, or gives it one.</summary>
    private static void Submission(ComparedExperiment experiment, string state, Action<JsonObject> edit)
        => Task(experiment, state, null, task =>
        {
            var index = experiment.Find(RegistryKind.Submissions, "task_id", (string)task["task_id"]!);
            if (index < 0)
            {
                AddSubmission(experiment, task);
                index = experiment[RegistryKind.Submissions].Count - 1;
            }

            experiment.Edit(RegistryKind.Submissions, index, edit);
        });

    private static void AddSubmission(ComparedExperiment experiment, JsonObject task)
        => experiment[RegistryKind.Submissions].Add((string)task["kind"]! == "ideation"
            ? new JsonObject { ["task_id"] = (string)task["task_id"]!, ["kind"] = "ideation", ["status"] = "error", ["idea_ids"] = new JsonArray() }.ToJsonString()
            : new JsonObject { ["task_id"] = (string)task["task_id"]!, ["kind"] = (string)task["kind"]!, ["status"] = "error", ["variant_id"] = experiment.Key(RegistryKind.Variants, 0) }.ToJsonString());

    private static void Clear(JsonObject row, params string[] kept)
    {
        foreach (var name in row.Select(field => field.Key).Except(kept).ToArray())
        {
            row.Remove(name);
        }
    }

    private static string Member(ComparedExperiment experiment, int worker) => experiment.Key(RegistryKind.Workers, worker);

    /// <summary>Gives the idea of a live execution task another id, wherever it is named.</summary>
    private static void Rename(ComparedExperiment experiment, string id)
    {
        var old = string.Empty;
        Task(experiment, "pending", "execution", row => old = (string)row["payload"]!["idea_id"]!);
        var (from, to) = (JsonValue.Create(old).ToJsonString(), JsonValue.Create(id).ToJsonString());
        foreach (var kind in (RegistryKind[])[RegistryKind.Ideas, RegistryKind.Tasks, RegistryKind.Variants, RegistryKind.Submissions])
        {
            for (var index = 0; index < experiment[kind].Count; index++)
            {
                experiment[kind][index] = experiment[kind][index].Replace(from, to, StringComparison.Ordinal);
            }
        }
    }

    private static string Incompressible(int length)
    {
        var random = new Random(length);
        return string.Concat(Enumerable.Range(0, length).Select(_ => (char)random.Next('!', '\u007f'))).Replace('"', 'x').Replace('\\', 'y');
    }
}
