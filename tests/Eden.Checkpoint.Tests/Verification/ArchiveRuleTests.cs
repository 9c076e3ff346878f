using System.Text;
using System.Text.Json.Nodes;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Verification;

/// <summary>One broken archive per rule: the problem is checkpoint-invalid, and the message names member, line and field.</summary>
[TestFixture]
public class ArchiveRuleTests : VerifierTestBase
{
    private const string Time = HandMadeArchive.Time;
    private static readonly byte[] s_artifact = "an artifact"u8.ToArray();
    private static readonly string s_hash = HandMadeArchive.Hash(s_artifact);

    public static IEnumerable<TestCaseData> Broken()
    {
        static TestCaseData Case(string name, CheckpointRule rule, string place, Func<HandMadeArchive, HandMadeArchive> edit)
            => new TestCaseData(edit(new HandMadeArchive()), rule, place).SetName($"Broken: {name}");

        static TestCaseData Row(string name, string member, int line, string field, Action<JsonObject> edit, CheckpointRule rule = CheckpointRule.Record)
            => Case(name, rule, $"{member}:{line} * {field}:", archive => archive.Row(member, line, edit));

        // The success contract of a submission binds where its task is completed.
        static TestCaseData Completed(string name, string field, Action<JsonObject> edit, CheckpointRule rule = CheckpointRule.Record)
            => Case(name, rule, $"submissions.jsonl:2 * {field}:", archive => archive.Row("submissions.jsonl", 2, edit).Row("tasks.jsonl", 2, task =>
            {
                task["state"] = "completed";
                task.Remove("claim");
            }));

        // §1: the tree and JSON Lines.
        foreach (var file in new[]
        {
            "experiment-config.yaml", "experiment.json", "tasks.jsonl", "ideas.jsonl", "variants.jsonl", "submissions.jsonl", "events.jsonl", "workers.jsonl",
            "groups.jsonl", "repo.bundle",
        })
        {
            yield return Case($"{file} is missing", CheckpointRule.Layout, $"{file}:", archive => archive.Remove(file));
        }

        yield return Case("no manifest", CheckpointRule.Layout, "manifest.json:", archive => archive.Remove("manifest.json"));
        yield return Case("a surplus file", CheckpointRule.Layout, "notes.txt:", archive => archive.Set("notes.txt", "x"));
        yield return Case("a surplus file before the manifest", CheckpointRule.Layout, "notes.txt:", archive => archive.Set("notes.txt", "x").Move("manifest.json", -1));
        yield return Case("a byte order mark", CheckpointRule.Json, "ideas.jsonl:1:", archive => archive.Set("ideas.jsonl", "\uFEFF" + archive.Text("ideas.jsonl")));
        yield return Case("carriage returns", CheckpointRule.Json, "tasks.jsonl:1:", archive => archive.Set("tasks.jsonl", archive.Text("tasks.jsonl").Replace("\n", "\r\n", StringComparison.Ordinal)));
        yield return Case("a blank line", CheckpointRule.Json, "tasks.jsonl:4:", archive => archive.Set("tasks.jsonl", archive.Text("tasks.jsonl") + "\n"));
        yield return Case("no last newline", CheckpointRule.Json, "tasks.jsonl:3:", archive => archive.Set("tasks.jsonl", archive.Text("tasks.jsonl").TrimEnd('\n')));
        yield return Case("trailing white space", CheckpointRule.Json, "tasks.jsonl:3:", archive => archive.Set("tasks.jsonl", archive.Text("tasks.jsonl").TrimEnd('\n') + " \n"));
        yield return Case("a row that is no object", CheckpointRule.Record, "groups.jsonl:1:", archive => archive.Rows("groups.jsonl", "[]"));
        yield return Case("a row that is no JSON", CheckpointRule.Json, "groups.jsonl:1", archive => archive.Rows("groups.jsonl", "{'a':1}"));
        yield return Case("bytes that are no UTF-8", CheckpointRule.Json, "groups.jsonl:1", archive => archive.Set("groups.jsonl", [.. "{\"a\":\""u8, 0xff, .. "\"}\n"u8]));
        yield return Case("duplicate names in a row", CheckpointRule.Json, "workers.jsonl:1", archive => archive.Rows("workers.jsonl", """{"labels":{"a":"1","a":"2"}}"""));
        yield return Case("half a surrogate", CheckpointRule.Json, "workers.jsonl:1", archive => archive.Rows("workers.jsonl", """{"name":"\ud800"}"""));
        yield return Case("NaN", CheckpointRule.Json, "ideas.jsonl:1", archive => archive.Rows("ideas.jsonl", """{"priority":NaN}"""));
        yield return Case("an experiment that is no JSON", CheckpointRule.Json, "experiment.json", archive => archive.Set("experiment.json", "{"));

        // §3, §4: grammars and records, by sample; the row checker has tests of its own.
        yield return Case("another experiment's record", CheckpointRule.Record, "experiment.json * experiment_id:", archive => archive.Record(row => row["experiment_id"] = HandMadeArchive.OtherExperiment));
        yield return Case("an unknown state", CheckpointRule.Record, "experiment.json * state:", archive => archive.Record(row => row["state"] = "paused"));
        yield return Case("a null for an optional field", CheckpointRule.Record, "experiment.json * name:", archive => archive.Record(row => row["name"] = null));
        yield return Case("a name with white space around", CheckpointRule.Record, "experiment.json * name:", archive => archive.Record(row => row["name"] = " x "));
        yield return Case("half an imported_from", CheckpointRule.Record, "experiment.json * imported_from.*:", archive => archive.Record(row => row["imported_from"] = new JsonObject { ["checkpoint_exported_at"] = Time, ["checkpoint_format_version"] = "1" }));
        yield return Case("a dispatch mode that is none", CheckpointRule.Record, "experiment.json * dispatch_mode.*:", archive => archive.Record(row => row["dispatch_mode"]!["integration"] = "never"));
        yield return Row("a task without a kind", "tasks.jsonl", 1, "kind", row => row.Remove("kind"));
        yield return Row("a claim that must not be", "tasks.jsonl", 3, "claim", row => row["claim"] = new JsonObject { ["worker_id"] = HandMadeArchive.Ann, ["claimed_at"] = Time });
        yield return Row("a claim that must be", "tasks.jsonl", 2, "claim", row => row.Remove("claim"));
        yield return Row("an impossible date", "tasks.jsonl", 1, "created_at", row => row["created_at"] = "2026-02-30T00:00:00Z");
        yield return Row("a leap second", "tasks.jsonl", 1, "created_at", row => row["created_at"] = "2026-06-30T23:59:60Z");
        yield return Row("the year zero", "tasks.jsonl", 1, "created_at", row => row["created_at"] = "0000-06-30T23:59:00Z");
        yield return Row("a time zone", "tasks.jsonl", 1, "updated_at", row => row["updated_at"] = "2026-06-30T23:59:00+00:00");
        yield return Row("a target that is no member", "tasks.jsonl", 3, "target.id", row => row["target"]!["id"] = "somebody");
        yield return Row("an upper-case commit", "variants.jsonl", 2, "commit_sha", row => row["commit_sha"] = "ABCDEF1111111111111111111111111111111111");
        yield return Row("no parent commits", "ideas.jsonl", 1, "parent_commits", row => row["parent_commits"] = new JsonArray());
        yield return Row("a bad parent commit", "ideas.jsonl", 1, "parent_commits[0]", row => row["parent_commits"] = new JsonArray("main"));
        yield return Row("a bad slug", "ideas.jsonl", 1, "slug", row => row["slug"] = "Not A Slug");
        yield return Row("a URI without scheme", "ideas.jsonl", 1, "artifacts_uri", row => row["artifacts_uri"] = "/tmp/x");
        yield return Row("a branch elsewhere", "variants.jsonl", 2, "branch", row => row["branch"] = "main");
        yield return Row("a variant of no idea", "variants.jsonl", 2, "idea_id", row => row.Remove("idea_id"));
        yield return Completed("a submission without commit", "commit_sha", row => row.Remove("commit_sha"));
        yield return Row("an event without its data", "events.jsonl", 2, "data.idea_id", row => row["data"] = new JsonObject());
        yield return Row("a bad event type", "events.jsonl", 1, "type", row => row["type"] = "Created");
        yield return Row("a worker's bad id", "workers.jsonl", 1, "worker_id", row => row["worker_id"] = "ann");
        yield return Row("a label that is no string", "workers.jsonl", 1, "labels.*", row => row["labels"]!["zone"] = 1);
        yield return Row("a member that is none", "groups.jsonl", 1, "members[1]", row => row["members"]![1] = "admin");
        foreach (var (member, line) in new[] { ("ideas.jsonl", 1), ("variants.jsonl", 1), ("events.jsonl", 1), ("workers.jsonl", 1), ("groups.jsonl", 1) })
        {
            yield return Row($"{member} of another experiment", member, line, "experiment_id", row => row["experiment_id"] = HandMadeArchive.OtherExperiment);
        }

        // §4: between records.
        yield return Row("a duplicate id", "events.jsonl", 3, "event_id", row => row["event_id"] = "e-1", CheckpointRule.DuplicateId);
        yield return Row("a duplicate worker", "workers.jsonl", 2, "worker_id", row => row["worker_id"] = HandMadeArchive.Ann, CheckpointRule.DuplicateId);
        yield return Row("a task of no idea", "tasks.jsonl", 2, "payload.idea_id", row => row["payload"]!["idea_id"] = "i-9", CheckpointRule.RowReference);
        yield return Row("a task of no variant", "tasks.jsonl", 3, "payload.variant_id", row => row["payload"]!["variant_id"] = "v-9", CheckpointRule.RowReference);
        yield return Row("a variant of a missing idea", "variants.jsonl", 2, "idea_id", row => row["idea_id"] = "i-9", CheckpointRule.RowReference);
        yield return Row("a submission of no task", "submissions.jsonl", 1, "task_id", row => row["task_id"] = "t-9", CheckpointRule.RowReference);
        yield return Completed("a submission of a missing variant", "variant_id", row => row["variant_id"] = "v-9", CheckpointRule.RowReference);
        yield return Row("a submission of another kind", "submissions.jsonl", 1, "*", row => row["task_id"] = "t-3", CheckpointRule.RowReference);
        yield return Case("two submissions of one task", CheckpointRule.DuplicateId, "submissions.jsonl:3 * task_id:", archive => archive.Set("submissions.jsonl", archive.Text("submissions.jsonl") + archive.Text("submissions.jsonl").Split('\n')[0] + "\n"));
        yield return Case("two live tasks of one idea", CheckpointRule.LiveTask, "tasks.jsonl:4 * payload.idea_id:", archive => archive.Set("tasks.jsonl", archive.Text("tasks.jsonl") + archive.Text("tasks.jsonl").Split('\n')[1].Replace("t-2", "t-4", StringComparison.Ordinal) + "\n"));
        yield return Case("a group cycle", CheckpointRule.GroupCycle, "groups.jsonl", archive => archive.Row("groups.jsonl", 2, row => row["members"] = new JsonArray(HandMadeArchive.Team)));

        // §8: artifacts.
        yield return Row("an artifact that is not there", "variants.jsonl", 2, "artifacts_uri", row => row["artifacts_uri"] = $"checkpoint:sha256:{s_hash}", CheckpointRule.Artifact);
        yield return Row("an executor's artifact that is not there", "variants.jsonl", 2, "executor_artifacts_uri", row => row["executor_artifacts_uri"] = $"checkpoint:sha256:{s_hash}", CheckpointRule.Artifact);
        yield return Row("an idea's artifact that is not there", "ideas.jsonl", 1, "artifacts_uri", row => row["artifacts_uri"] = $"checkpoint:sha256:{s_hash}", CheckpointRule.Artifact);
        yield return Completed("a submission's artifact that is not there", "artifacts_uri", row => row["artifacts_uri"] = $"checkpoint:sha256:{s_hash}", CheckpointRule.Artifact);
        yield return Row("an artifact URI without hash", "ideas.jsonl", 1, "artifacts_uri", row => row["artifacts_uri"] = "checkpoint:sha256:ABC");
        yield return Case("an artifact of another hash", CheckpointRule.Artifact, $"artifacts/sha256/{s_hash}:", archive => archive.Artifact("other"u8.ToArray(), s_hash));
        yield return Case("an artifact of another hash before the manifest", CheckpointRule.Artifact, $"artifacts/sha256/{s_hash}:", archive => archive.Artifact("other"u8.ToArray(), s_hash).Move("manifest.json", -1));
        yield return Case("a file among the artifacts", CheckpointRule.Layout, "artifacts/sha256/readme:", archive => archive.Set("artifacts/sha256/readme", "x"));
        yield return Case("an artifact in upper case", CheckpointRule.Layout, $"artifacts/sha256/{s_hash.ToUpperInvariant()}:", archive => archive.Artifact(s_artifact, s_hash.ToUpperInvariant()));
        yield return Case("an artifact elsewhere", CheckpointRule.Layout, $"blobs/{s_hash}:", archive => archive.Set($"blobs/{s_hash}", s_artifact));
        yield return Case("an artifact elsewhere before the manifest", CheckpointRule.Layout, $"blobs/{s_hash}:", archive => archive.Set($"blobs/{s_hash}", s_artifact).Move("manifest.json", -1));

        // The manifest's paths lead nowhere.
        yield return Case("a path to nothing", CheckpointRule.Layout, "elsewhere.jsonl:", archive => archive.EditManifest(json => json["files"]!["tasks"] = "elsewhere.jsonl"));
        yield return Case("a file that nothing names any more", CheckpointRule.Layout, "tasks.jsonl:", archive => archive.EditManifest(json => json["files"]!["tasks"] = "elsewhere.jsonl"));
        yield return Case("a path below a file", CheckpointRule.Manifest, "manifest.json files.tasks:", archive => archive.Rename("tasks.jsonl", "ideas.jsonl/t").EditManifest(json => json["files"]!["tasks"] = "ideas.jsonl/t"));
        yield return Case("a path below the manifest", CheckpointRule.Manifest, "manifest.json files.tasks:", archive => archive.Rename("tasks.jsonl", "manifest.json/t").EditManifest(json => json["files"]!["tasks"] = "manifest.json/t"));
        yield return Case("a registry above the artifacts", CheckpointRule.Manifest, "manifest.json files.artifacts_dir:", archive => archive.Rename("tasks.jsonl", "artifacts").EditManifest(json => json["files"]!["tasks"] = "artifacts"));
        yield return Case("a registry in the place of the artifacts", CheckpointRule.Manifest, "manifest.json files.artifacts_dir:", archive => archive.Rename("tasks.jsonl", "artifacts/sha256").EditManifest(json => json["files"]!["tasks"] = "artifacts/sha256"));
        foreach (var place in new[] { 0, -1 })
        {
            var order = place == 0 ? "" : " before the manifest";
            yield return Case($"a member below a file{order}", CheckpointRule.Layout, "tasks.jsonl/t:", archive => archive.Set("tasks.jsonl/t", "x").Move("manifest.json", place));
            yield return Case($"a file above the artifacts{order}", CheckpointRule.Layout, "artifacts:", archive => archive.Set("artifacts", "x").Move("manifest.json", place));
            yield return Case($"a file in the place of the artifacts{order}", CheckpointRule.Layout, "artifacts/sha256:", archive => archive.Set("artifacts/sha256", "x").Move("manifest.json", place));
            yield return Case($"a file that only an unknown key names{order}", CheckpointRule.Layout, "notes.txt:", archive => archive.Set("notes.txt", "x").EditManifest(json => json["files"]!["notes"] = "notes.txt").Move("manifest.json", place));
        }

        yield return Case("a path that climbs", CheckpointRule.Manifest, "manifest.json files.repo_bundle:", archive => archive.EditManifest(json => json["files"]!["repo_bundle"] = "../../etc/passwd"));
    }

    [TestCaseSource(nameof(Broken))]
    public async Task A_broken_rule_is_found_and_located(object archive, CheckpointRule rule, string place)
    {
        var report = await VerifyAsync((HandMadeArchive)archive);

        var pattern = "^" + string.Join(".*", place.Split('*').Select(System.Text.RegularExpressions.Regex.Escape)).Replace("\\ .*\\ ", "( .+)? ", StringComparison.Ordinal);
        Assert.That(report.Problem, Is.EqualTo(CheckpointProblem.CheckpointInvalid));
        Assert.That(report.Violations.Where(violation => violation.Rule == rule).Select(violation => violation.ToString()), Has.Some.Match(pattern), string.Join('\n', report.Violations));
    }

    public static IEnumerable<TestCaseData> Odd()
    {
        static TestCaseData Case(string name, string warning, Func<HandMadeArchive, HandMadeArchive> edit)
            => new TestCaseData(edit(new HandMadeArchive()), warning).SetName($"Odd: {name}");

        static TestCaseData Submission(string name, string warning, Action<JsonObject> edit)
            => Case(name, $"submissions.jsonl:2 t-2 {warning}; the task is submitted, so the submission travels as it is", archive => archive.Row("submissions.jsonl", 2, edit));

        yield return Submission("a submission that is not judged, without commit", "commit_sha: is required", row => row.Remove("commit_sha"));
        yield return Submission("a submission that is not judged, of a missing variant", "variant_id: there is no variant `v-9`", row => row["variant_id"] = "v-9");
        yield return Submission(
            "an artifact that is not there, of a submission that is not judged", $"artifacts_uri: the archive has no artifact `{s_hash}`", row => row["artifacts_uri"] = $"checkpoint:sha256:{s_hash}");
        yield return Case(
            "a submission of a task that nobody has claimed", "submissions.jsonl:2 t-3: there is a submission, although the task is pending",
            archive => archive.Row("submissions.jsonl", 2, row => (row["task_id"], row["kind"], row["evaluation"]) = ("t-3", "evaluation", new JsonObject())));
        yield return Case(
            "a member named twice, in a file with a name of its own", $"people.jsonl:1 {HandMadeArchive.Team} members[2]: `{HandMadeArchive.Ann}` is named twice; an import keeps it once",
            archive => archive.EditManifest(json => json["files"]!["groups"] = "people.jsonl").Rename("groups.jsonl", "people.jsonl").Row("people.jsonl", 1, row => row["members"]!.AsArray().Add(HandMadeArchive.Ann)));
        yield return Case(
            "two groups with one name", $"groups.jsonl:2 {HandMadeArchive.Club} name: `Team` is the name of the group on line 1 too", archive => archive.Row("groups.jsonl", 2, row => row["name"] = "Team"));
    }

    [TestCaseSource(nameof(Odd))]
    public async Task What_is_only_odd_is_accepted_with_one_warning(object archive, string warning)
    {
        var report = await VerifyAsync((HandMadeArchive)archive);
        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.Warnings.Messages(), Is.EqualTo(new[] { warning }));
    }

    public static IEnumerable<TestCaseData> Accepted()
    {
        static TestCaseData Case(string name, Func<HandMadeArchive, HandMadeArchive> edit) => new TestCaseData(edit(new HandMadeArchive())).SetName($"Accepted: {name}");

        yield return Case("any root name", archive => { archive.Root = "my experiment é"; return archive; });
        yield return Case("an empty config", archive => archive.Set("experiment-config.yaml", string.Empty));
        yield return Case("unreferenced artifacts", archive => archive.Artifact(s_artifact).Artifact([]));
        yield return Case("a referenced artifact", archive => archive.Artifact(s_artifact).Row("ideas.jsonl", 1, row => row["artifacts_uri"] = $"checkpoint:sha256:{s_hash}"));
        yield return Case("unknown keys among the files", archive => archive.EditManifest(json =>
        {
            json["files"]!["notes"] = "../tasks.jsonl/x";
            json["files"]!["more"] = 7;
        }));
        yield return Case("white space inside a row", archive => archive.Set("groups.jsonl", archive.Text("groups.jsonl").Replace(",", " , ", StringComparison.Ordinal)));
        yield return Case("an indented experiment", archive => archive.Set("experiment.json", "\n " + archive.Text("experiment.json").Replace(",", ",\n\t", StringComparison.Ordinal) + "\n"));
        yield return Case("unknown fields", archive => archive.Row("tasks.jsonl", 1, row => row["x"] = JsonNode.Parse("{\"deep\":[1e999,null]}")).Record(row => row["y"] = 1));
        yield return Case("rows in any order", archive => archive.Rows("variants.jsonl", [.. archive.Text("variants.jsonl").TrimEnd('\n').Split('\n').Reverse()]));
        yield return Case("members of groups that do not exist", archive => archive.Row("groups.jsonl", 2, row => row["members"] = new JsonArray("grp_01hqs3m4n5p6q7r8s9t0v1w2zz")));
        yield return Case("an imported experiment", archive => archive.Record(row => row["imported_from"] = new JsonObject
        {
            ["checkpoint_exported_at"] = Time, ["checkpoint_format_version"] = "1", ["source_experiment_id"] = HandMadeArchive.OtherExperiment,
        }));
        yield return Case("imported_from null", archive => archive.Record(row => row["imported_from"] = null));
        yield return Case("no rows at all", archive =>
        {
            foreach (var kind in new[] { "tasks", "ideas", "variants", "submissions", "events", "workers", "groups" })
            {
                archive.Set($"{kind}.jsonl", string.Empty).EditManifest(json => json["counts"]![kind] = 0);
            }

            return archive.Set("repo.bundle", string.Empty);
        });
    }

    [TestCaseSource(nameof(Accepted))]
    public async Task What_the_format_allows_is_accepted(object archive)
    {
        var report = await VerifyAsync((HandMadeArchive)archive);

        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.Warnings, Is.Empty);
    }

    [Test]
    public async Task Sizes_are_limited_before_they_are_read()
    {
        var limits = CheckpointLimits.Default with { MaxManifestBytes = 2048, MaxExperimentBytes = 1024, MaxConfigBytes = 4, MaxLineBytes = 512 };
        var archive = new HandMadeArchive();

        Assert.That(await LimitsAsync(archive, limits), Is.EqualTo(new[] { "experiment-config.yaml" }));
        archive.Set("experiment-config.yaml", "a:1\n");
        Assert.That(await LimitsAsync(archive, limits), Is.Empty);
        archive.Set("experiment.json", archive.Text("experiment.json").PadRight(1025));
        Assert.That(await LimitsAsync(archive, limits), Is.EqualTo(new[] { "experiment.json" }));
        archive.Set("experiment.json", archive.Text("experiment.json")[..1024]);
        archive.Row("events.jsonl", 2, row => row["data"]!["filler"] = new string('x', 400));
        Assert.That(await LimitsAsync(archive, limits), Is.EqualTo(new[] { "events.jsonl:2" }));
        Assert.That(await LimitsAsync(archive.Move("manifest.json", -1), limits), Is.EqualTo(new[] { "events.jsonl:2" }));
        archive.EditManifest(json => json["filler"] = new string('x', 2048));
        Assert.That(await LimitsAsync(archive, limits), Is.EqualTo(new[] { "manifest.json" }));
    }

    [Test]
    public async Task Members_paths_depth_and_bytes_are_limited()
    {
        var archive = new HandMadeArchive();
        for (var index = 0; index < 10; index++)
        {
            archive.Artifact(BitConverter.GetBytes(index));
        }

        var tar = archive.ToTar();
        Assert.That((await VerifyAsync(tar, CheckpointLimits.Default with { MaxMembers = 21 })).IsValid, Is.True);
        Assert.That((await VerifyAsync(tar, CheckpointLimits.Default with { MaxMembers = 20 })).Detail, Does.Contain("more than 20 members"));
        Assert.That((await VerifyAsync(tar, CheckpointLimits.Default with { MaxPathBytes = 92 })).IsValid, Is.True);
        Assert.That((await VerifyAsync(tar, CheckpointLimits.Default with { MaxPathBytes = 91 })).Detail, Does.Contain("more than 91 bytes"));
        Assert.That((await VerifyAsync(tar, CheckpointLimits.Default with { MaxArchiveBytes = tar.Length })).IsValid, Is.True);
        Assert.That((await VerifyAsync(tar, CheckpointLimits.Default with { MaxArchiveBytes = tar.Length - 1 })).Violations, Has.One.Property("Rule").EqualTo(CheckpointRule.Limit));
        archive.Row("events.jsonl", 3, row => row["data"] = JsonNode.Parse(string.Concat(Enumerable.Repeat("{\"a\":", 10)) + "1" + new string('}', 10)));
        Assert.That((await VerifyAsync(archive)).IsValid, Is.True);
        Assert.That((await VerifyAsync(archive, CheckpointLimits.Default with { MaxJsonDepth = 8 })).Violations.Select(violation => $"{violation.Rule} {violation.Member}:{violation.Line}"), Has.Some.EqualTo("Limit events.jsonl:3"));
    }

    private async Task<IEnumerable<string>> LimitsAsync(HandMadeArchive archive, CheckpointLimits limits)
        => (await VerifyAsync(archive, limits)).Violations.Where(violation => violation.Rule == CheckpointRule.Limit)
            .Select(violation => violation.Line is { } line ? $"{violation.Member}:{line}" : violation.Member ?? string.Empty).ToArray();
}
