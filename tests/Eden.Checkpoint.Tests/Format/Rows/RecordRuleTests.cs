using System.Text.Json.Nodes;
using static Eden.Checkpoint.Tests.Format.Rows.RowFixtures;

namespace Eden.Checkpoint.Tests.Format.Rows;

/// <summary>One damaged row per rule of §3 and §4.</summary>
[TestFixture]
public class RecordRuleTests
{
    [Test]
    public void Rows_of_every_kind_that_fit_together_have_no_violation()
    {
        using var run = new RowCheckRun();
        foreach (var (kind, row) in All)
        {
            Assert.That(run.Check(kind, row), Is.True, "compact");
        }

        Assert.Multiple(() =>
        {
            Assert.That(run.Complete().Lines, Is.Empty);
            Assert.That(run.Checker.Count(RegistryKind.Tasks), Is.EqualTo(3));
            Assert.That(run.Checker.Count(RegistryKind.Groups), Is.EqualTo(1));
        });
    }

    private static readonly (string Row, RegistryKind? Kind, string Required)[] s_required =
    [
        (Experiment, null, "experiment_id state created_at imported_from.checkpoint_exported_at imported_from.checkpoint_format_version imported_from.source_experiment_id"),
        (IdeationTask, RegistryKind.Tasks, "task_id kind state payload payload.experiment_id target.kind target.id created_at updated_at"),
        (ExecutionTask, RegistryKind.Tasks, "task_id kind state payload payload.idea_id claim claim.worker_id claim.claimed_at created_at updated_at"),
        (EvaluationTask, RegistryKind.Tasks, "task_id kind state payload payload.variant_id created_at updated_at"),
        (Idea, RegistryKind.Ideas, "idea_id experiment_id slug priority parent_commits artifacts_uri state created_at intended_executor.kind intended_executor.id intended_evaluator.kind intended_evaluator.id"),
        (Variant, RegistryKind.Variants, "variant_id experiment_id idea_id status parent_commits started_at"),
        (BaselineVariant, RegistryKind.Variants, "variant_id experiment_id kind status parent_commits started_at"),
        (IdeationSubmission, RegistryKind.Submissions, "task_id kind status idea_ids"),
        (ExecutionSubmission, RegistryKind.Submissions, "task_id kind status variant_id commit_sha"),
        (EvaluationSubmission, RegistryKind.Submissions, "task_id kind status variant_id evaluation"),
        (Event, RegistryKind.Events, "event_id type occurred_at experiment_id data data.task_id data.kind"),
        (Worker, RegistryKind.Workers, "worker_id experiment_id registered_at"),
        (Group, RegistryKind.Groups, "group_id experiment_id members created_at"),
    ];

    // What the format does not look into.
    private static readonly string[] s_free = ["payload.wanted", "dispatch_mode.x_unknown", "evaluation.score", "evaluation.n"];

    /// <summary>Every field of every fixture, in the record and one object deep.</summary>
    public static IEnumerable<TestCaseData> EveryField()
        => from entry in s_required
           from field in JsonNode.Parse(entry.Row)!.AsObject()
           from path in field.Value is JsonObject inner ? inner.Select(nested => $"{field.Key}.{nested.Key}").Prepend(field.Key) : [field.Key]
           select new TestCaseData(entry.Kind, entry.Row, path, entry.Required.Split(' ').Contains(path)).SetArgDisplayNames($"{entry.Kind}", entry.Row[..40], path);

    [TestCaseSource(nameof(EveryField))]
    public void A_field_may_be_absent_only_where_the_format_says_so(RegistryKind? kind, string row, string path, bool required)
    {
        // Without its mark a baseline variant is one that lacks its idea.
        var missed = row == BaselineVariant && path == "kind" ? "idea_id" : path;
        Assert.That(
            Find(kind, row, path, (owner, name) => owner.Remove(name)), required ? Has.Length.EqualTo(1).And.One.EndsWith($" {missed}: is required") : Is.Empty);
    }

    [TestCaseSource(nameof(EveryField))]
    public void A_field_has_its_type_and_is_not_null(RegistryKind? kind, string row, string path, bool required)
    {
        _ = required;
        foreach (var value in (string[])["[7]", "{\"a\":7}", "7", "\u0022\u0022", "null"])
        {
            var was = Value(JsonNode.Parse(row)!, path)!.GetValueKind();
            var wrong = JsonNode.Parse(value);
            if (was == wrong?.GetValueKind() || (path, value) is ("imported_from", "null"))
            {
                continue;
            }

            var complaint = value == "null" && !path.StartsWith("labels.", StringComparison.Ordinal) ? "not be null" : "be ";
            Assert.That(
                Find(kind, row, path, (owner, name) => owner[name] = wrong?.DeepClone()),
                s_free.Contains(path) ? Is.Empty : Has.Some.Contains($"{path}: must {complaint}"),
                value);
        }
    }

    [TestCaseSource(nameof(EveryField))]
    public void A_text_keeps_the_grammar_of_its_field(RegistryKind? kind, string row, string path, bool required)
    {
        _ = required;
        var wrong = path.Split('.')[^1] switch
        {
            _ when Value(JsonNode.Parse(row)!, path)!.GetValueKind() != System.Text.Json.JsonValueKind.String => null,

            // These hold any text.
            "description" or "role" or "k" or "checkpoint_format_version" => null,
            var name when name.EndsWith("_at", StringComparison.Ordinal) => "2026-02-29T00:00:00Z",
            var name when name.EndsWith("_uri", StringComparison.Ordinal) => "a b",
            var name when name.EndsWith("_sha", StringComparison.Ordinal) => "HEAD",
            "experiment_id" or "source_experiment_id" => "exp_1",
            "task_id" or "idea_id" or "variant_id" or "event_id" => "",
            "group_id" => "grp_1",
            "worker_id" or "submitted_by" or "executed_by" or "evaluated_by" or "id" => "admin",
            "created_by" => kind == RegistryKind.Ideas ? "admin" : "root",
            "registered_by" => "root",
            "name" => " x",
            "branch" => "main",
            _ => "X",
        };

        Assert.That(
            wrong is null ? [] : Find(kind, row, path, (owner, name) => owner[name] = wrong), wrong is null ? Is.Empty : Has.Some.Contains($" {path}: `{wrong}` "));
    }

    [TestCase("ideas.jsonl:1 i-1 slug: is required", "\"slug\":\"slug-0\",", "")]
    [TestCase("ideas.jsonl:1 idea_id: is required", "\"idea_id\":\"i-1\",", "")]
    [TestCase("ideas.jsonl:1 idea_id: `` must not be empty", "\"i-1\"", "\"\"")]
    [TestCase("ideas.jsonl:1 idea_id: must be a string, not a number", "\"i-1\"", "1")]
    [TestCase("ideas.jsonl:1 i-1 slug: must be a string, not a number", "\"slug-0\"", "5")]
    [TestCase("ideas.jsonl:1 i-1 slug: `-a` is not a slug", "slug-0", "-a")]
    [TestCase("ideas.jsonl:1 i-1 slug: `A` is not a slug", "slug-0", "A")]
    [TestCase("ideas.jsonl:1 i-1 slug: must not be null", "\"slug-0\"", "null")]
    [TestCase("ideas.jsonl:1 i-1 priority: must be a number, not a string", "0.5", "\"0.5\"")]
    [TestCase("ideas.jsonl:1 i-1 parent_commits: must name at least one commit", "[\"" + Sha + "\",\"" + RowFixtures.Sha256 + "\"]", "[]")]
    [TestCase("ideas.jsonl:1 i-1 parent_commits: must be an array, not an object", "[\"" + Sha + "\",\"" + RowFixtures.Sha256 + "\"]", "{}")]
    [TestCase("ideas.jsonl:1 i-1 parent_commits[1]: `E3B0` is not a commit hash", RowFixtures.Sha256, "E3B0")]
    [TestCase("ideas.jsonl:1 i-1 parent_commits[1]: must be a commit hash, not null", "\"" + RowFixtures.Sha256 + "\"", "null")]
    [TestCase("ideas.jsonl:1 i-1 artifacts_uri: `artifacts` is not a URI", "eden://artifacts/a0", "artifacts")]
    [TestCase("ideas.jsonl:1 i-1 artifacts_uri: `checkpoint:sha256:ABC` does not name an artifact", "eden://artifacts/a0", "checkpoint:sha256:ABC")]
    [TestCase("ideas.jsonl:1 i-1 state: `done` is none of drafting, ready, dispatched, completed", "\"completed\"", "\"done\"")]
    [TestCase("ideas.jsonl:1 i-1 created_at: `2026-02-29T00:00:00Z` is not a UTC timestamp", Time, "2026-02-29T00:00:00Z")]
    [TestCase("ideas.jsonl:1 i-1 created_by: `admin` is not a worker id", "\"created_by\":\"" + WorkerId + "\"", "\"created_by\":\"admin\"")]
    [TestCase("ideas.jsonl:1 i-1 intended_executor.kind: `admin` is none of worker, group", "\"kind\":\"worker\"", "\"kind\":\"admin\"")]
    [TestCase("ideas.jsonl:1 i-1 intended_executor.id: `" + GroupId + "` is not a worker id", "{\"kind\":\"worker\",\"id\":\"" + WorkerId, "{\"kind\":\"worker\",\"id\":\"" + GroupId)]
    [TestCase("ideas.jsonl:1 i-1 intended_evaluator.id: `" + WorkerId + "` is not a group id", "\"kind\":\"group\",\"id\":\"" + GroupId, "\"kind\":\"group\",\"id\":\"" + WorkerId)]
    [TestCase("ideas.jsonl:1 i-1 intended_evaluator.id: is required", ",\"id\":\"" + GroupId + "\"", "")]
    [TestCase("ideas.jsonl:1 i-1 experiment_id: `exp_07msxedqpbwngz141c103qjfg4` is another experiment than `" + ExperimentId + "`", ExperimentId, "exp_07msxedqpbwngz141c103qjfg4")]
    [TestCase("ideas.jsonl:1 i-1 experiment_id: `exp_1` is not an experiment id", ExperimentId, "exp_1")]
    public void An_idea_keeps_the_rules(string expected, string old, string with) => ExpectOne(RegistryKind.Ideas, Idea, expected, old, with);

    [TestCase("variants.jsonl:1 v-1 idea_id: is required", "\"idea_id\":\"i-1\",", "")]
    [TestCase("variants.jsonl:1 v-1 kind: `seed` is not baseline", "\"idea_id\"", "\"kind\":\"seed\",\"idea_id\"")]
    [TestCase("variants.jsonl:1 v-1 status: `done` is none of", "\"status\":\"success\"", "\"status\":\"done\"")]
    [TestCase("variants.jsonl:1 v-1 branch: `main` is not a work branch", "work/idea-0", "main")]
    [TestCase("variants.jsonl:1 v-1 branch: `work/` is not a work branch", "work/idea-0", "work/")]
    [TestCase("variants.jsonl:1 v-1 branch: `work/a\\u{a}b` is not a work branch", "work/idea-0", "work/a\\nb")]
    [TestCase("variants.jsonl:1 v-1 branch: `work/a\\u{d}b` is not a work branch", "work/idea-0", "work/a\\rb")]
    [TestCase("variants.jsonl:1 v-1 branch: `work/a\\u{2028}b` is not a work branch", "work/idea-0", "work/a\u2028b")]
    [TestCase("variants.jsonl:1 v-1 branch: `work/a\\u{2029}b` is not a work branch", "work/idea-0", "work/a\\u2029b")]
    [TestCase("variants.jsonl:1 v-1 commit_sha: `HEAD` is not a commit hash", "\"commit_sha\":\"" + Sha, "\"commit_sha\":\"HEAD")]
    [TestCase("variants.jsonl:1 v-1 variant_commit_sha: must not be null", "\"" + OtherSha + "\"", "null")]
    [TestCase("variants.jsonl:1 v-1 parent_commits: is required", "\"parent_commits\":[\"" + Sha + "\"],", "")]
    [TestCase("variants.jsonl:1 v-1 executor_artifacts_uri: `a b:c` is not a URI", "file:///tmp/x", "a b:c")]
    [TestCase("variants.jsonl:1 v-1 description: must be a string, not an array", "\"— “naïve” 漢字\"", "[]")]
    [TestCase("variants.jsonl:1 v-1 evaluation: must be an object, not a number", "{\"score\":1e999,\"n\":0}", "1")]
    [TestCase("variants.jsonl:1 v-1 completed_at: must not be null", "\"completed_at\":\"" + Time + "\"", "\"completed_at\":null")]
    [TestCase("variants.jsonl:1 v-1 executed_by: `" + GroupId + "` is not a worker id", "\"executed_by\":\"" + WorkerId, "\"executed_by\":\"" + GroupId)]
    public void A_variant_keeps_the_rules(string expected, string old, string with) => ExpectOne(RegistryKind.Variants, Variant, expected, old, with);

    [TestCase("tasks.jsonl:1 t-2 kind: `x` is none of ideation, execution, evaluation", "\"execution\"", "\"x\"")]
    [TestCase("tasks.jsonl:1 t-2 claim: must be absent in state pending", "\"claimed\"", "\"pending\"")]
    [TestCase("tasks.jsonl:1 t-2 claim: must not be null", "{\"worker_id\":\"" + WorkerId + "\",\"claimed_at\":\"" + Time + "\",\"expires_at\":\"" + Time + "\"}", "null")]
    [TestCase("tasks.jsonl:1 t-2 claim.worker_id: `admin` is not a worker id", "\"worker_id\":\"" + WorkerId, "\"worker_id\":\"admin")]
    [TestCase("tasks.jsonl:1 t-2 claim.claimed_at: is required", "\"claimed_at\":\"" + Time + "\",", "")]
    [TestCase("tasks.jsonl:1 t-2 claim.expires_at: must not be null", "\"expires_at\":\"" + Time + "\"", "\"expires_at\":null")]
    [TestCase("tasks.jsonl:1 t-2 payload.idea_id: is required", "\"idea_id\"", "\"variant_id\"")]
    [TestCase("tasks.jsonl:1 t-2 payload.idea_id: must be a string, not a boolean", "\"i-1\"", "true")]
    [TestCase("tasks.jsonl:1 t-2 payload: is required", "\"payload\":{\"idea_id\":\"i-1\"},", "")]
    [TestCase("tasks.jsonl:1 t-2 state: `open` is none of", "\"claimed\"", "\"open\"")]
    [TestCase("tasks.jsonl:1 t-2 created_by: `root` is neither admin nor a worker id", "\"created_by\":\"" + WorkerId, "\"created_by\":\"root")]
    [TestCase("tasks.jsonl:1 t-2 target.id: `admin` is neither a worker id nor a group id", "\"created_by\"", "\"target\":{\"kind\":\"worker\",\"id\":\"admin\"},\"created_by\"")]
    [TestCase("tasks.jsonl:1 t-2 target.id: `" + GroupId + "` is not a worker id (wkr_ and 26 base32 characters), which a target of this kind names", "\"created_by\"", "\"target\":{\"kind\":\"worker\",\"id\":\"" + GroupId + "\"},\"created_by\"")]
    [TestCase("tasks.jsonl:1 t-2 target.id: `" + WorkerId + "` is not a group id", "\"created_by\"", "\"target\":{\"id\":\"" + WorkerId + "\",\"kind\":\"group\"},\"created_by\"")]
    [TestCase("tasks.jsonl:1 t-2 claim.token: must not be in an archive: it is a credential", "\"claimed_at\"", "\"token\":\"secret\",\"claimed_at\"")]
    [TestCase("tasks.jsonl:1 t-2 claim.token: must not be in an archive: it is a credential", "\"claimed_at\"", "\"t\\u006fken\":null,\"claimed_at\"")]
    [TestCase("tasks.jsonl:1 t-2 updated_at: is required", ",\"updated_at\":\"" + Time + "\"", "")]
    public void A_task_keeps_the_rules(string expected, string old, string with) => ExpectOne(RegistryKind.Tasks, ExecutionTask, expected, old, with);

    [Test]
    public void A_claimed_or_submitted_task_needs_a_claim([Values("claimed", "submitted")] string state)
        => ExpectOne(RegistryKind.Tasks, EvaluationTask, "tasks.jsonl:1 t-3 claim: is required", "completed", state);

    [TestCase("tasks.jsonl:1 t-3 payload.variant_id: is required", "variant_id", "idea_id")]
    [TestCase("tasks.jsonl:1 t-3 submitted_by: `admin` is not a worker id", WorkerId, "admin")]
    public void An_evaluation_task_keeps_the_rules(string expected, string old, string with) => ExpectOne(RegistryKind.Tasks, EvaluationTask, expected, old, with);

    [Test]
    public void An_ideation_task_needs_an_experiment_id_but_may_name_another_experiment()
    {
        ExpectOne(RegistryKind.Tasks, IdeationTask, "tasks.jsonl:1 t-1 payload.experiment_id: is required", "\"experiment_id\":\"" + ExperimentId + "\",", "");
        Assert.That(
            RowCheckRun.Find(RegistryKind.Tasks, IdeationTask.Replace(ExperimentId, "exp_07msxedqpbwngz141c103qjfg4", StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase(IdeationSubmission, "submissions.jsonl:1 t-1 idea_ids: is required", ",\"idea_ids\":[\"i-1\"]", "")]
    [TestCase(IdeationSubmission, "submissions.jsonl:1 t-1 idea_ids[1]: must be a string, not a number", "[\"i-1\"]", "[\"i-1\",1]")]
    [TestCase(IdeationSubmission, "submissions.jsonl:1 t-1 status: `evaluation_error` is not a status of kind ideation", "success", "evaluation_error")]
    [TestCase(ExecutionSubmission, "submissions.jsonl:1 t-2 commit_sha: is required", ",\"commit_sha\":\"" + Sha + "\"", "")]
    [TestCase(ExecutionSubmission, "submissions.jsonl:1 t-2 variant_id: is required", "\"variant_id\":\"v-1\",", "")]
    [TestCase(ExecutionSubmission, "submissions.jsonl:1 t-2 artifacts_uri: must not be null", "\"eden://artifacts/e0\"", "null")]
    [TestCase(ExecutionSubmission, "submissions.jsonl:1 t-2 status: `evaluation_error` is not a status of kind execution", "success", "evaluation_error")]
    [TestCase(EvaluationSubmission, "submissions.jsonl:1 t-3 evaluation: is required", ",\"evaluation\":{\"score\":0.5}", "")]
    [TestCase(EvaluationSubmission, "submissions.jsonl:1 t-3 status: `ok` is none of", "\"success\"", "\"ok\"")]
    [TestCase(EvaluationSubmission, "submissions.jsonl:1 t-3 kind: is required", "\"kind\":\"evaluation\",", "")]
    [TestCase(EvaluationSubmission, "submissions.jsonl:1 task_id: is required", "\"task_id\":\"t-3\",", "")]
    public void A_submission_keeps_the_rules_of_its_kind(string row, string expected, string old, string with)
        => ExpectOne(RegistryKind.Submissions, row, expected, old, with);

    [TestCase("""{"task_id":"t","kind":"execution","status":"error","variant_id":"v"}""")]
    [TestCase("""{"task_id":"t","kind":"evaluation","status":"evaluation_error","variant_id":"v"}""")]
    [TestCase("""{"task_id":"t","kind":"ideation","status":"error","idea_ids":[]}""")]
    [TestCase("""{"idea_ids":["i"],"variant_id":null,"commit_sha":7,"status":"success","kind":"ideation","task_id":"t"}""")]
    public void A_submission_needs_no_more_than_its_kind_and_status_ask_for(string row)
        => Assert.That(RowCheckRun.Find(RegistryKind.Submissions, row), Is.Empty);

    [TestCase("workers.jsonl:1 worker_id: is required", "\"worker_id\":\"" + WorkerId + "\",", "")]
    [TestCase("workers.jsonl:1 " + WorkerId + " name: ` wörker 7` begins or ends with white space", "wörker", " wörker")]
    [TestCase("workers.jsonl:1 " + WorkerId + " registered_at: is required", "\"registered_at\":\"" + Time + "\",", "")]
    [TestCase("workers.jsonl:1 " + WorkerId + " registered_by: `x` is neither admin nor a worker id", "admin", "x")]
    [TestCase("workers.jsonl:1 " + WorkerId + " labels: must be an object, not an array", "{\"role\":\"executor\",\"k\":\"7\"}", "[]")]
    [TestCase("workers.jsonl:1 " + WorkerId + " labels.k: must be a string, not a number", "\"7\"", "7")]
    public void A_worker_keeps_the_rules(string expected, string old, string with) => ExpectOne(RegistryKind.Workers, Worker, expected, old, with);

    [Test]
    public void A_worker_carries_no_credential_and_the_message_does_not_repeat_it(
        [Values("credential", "credential_hash", "auth_credential_hash", "registration_token")] string name, [Values("\"$argon2id$secret\"", "null", "[\"secret\"]")] string value)
    {
        var found = RowCheckRun.Find(RegistryKind.Workers, Worker.Replace("\"name\"", $"\"{name}\":{value},\"name\"", StringComparison.Ordinal));
        Assert.That(found, Has.Length.EqualTo(1).And.Exactly(1).EqualTo($"workers.jsonl:1 {WorkerId} {name}: must not be in an archive: it is a credential"));
    }

    [TestCase("groups.jsonl:1 " + GroupId + " members[1]: `x` is neither a worker id nor a group id", OtherGroupId, "x")]
    [TestCase("groups.jsonl:1 " + GroupId + " members[0]: must be a member id, not an object", "\"" + WorkerId + "\"", "{\"a\":[1]}")]
    [TestCase("groups.jsonl:1 " + GroupId + " members: is required", "\"members\":[\"" + WorkerId + "\",\"" + OtherGroupId + "\"],", "")]
    [TestCase("groups.jsonl:1 " + GroupId + " created_by: `" + OtherGroupId + "` is neither admin nor a worker id", "admin", OtherGroupId)]
    public void A_group_keeps_the_rules(string expected, string old, string with) => ExpectOne(RegistryKind.Groups, Group, expected, old, with);

    [TestCase("experiment.json experiment_id: is required", "\"experiment_id\":\"" + ExperimentId + "\",", "")]
    [TestCase("experiment.json " + ExperimentId + " state: `paused` is none of running, terminated", "running", "paused")]
    [TestCase("experiment.json " + ExperimentId + " created_at: is required", "\"created_at\":\"" + Time + "\",", "")]
    [TestCase("experiment.json " + ExperimentId + " name: must not be null", "\"Synthétique\"", "null")]
    [TestCase("experiment.json " + ExperimentId + " base_commit_sha: `47a5` is not a commit hash", Sha, "47a5")]
    [TestCase("experiment.json " + ExperimentId + " imported_from.checkpoint_format_version: must be a string, not a number", "\"1\"", "1")]
    [TestCase("experiment.json " + ExperimentId + " imported_from.checkpoint_format_version: `` must not be empty", "\"1\"", "\"\"")]
    [TestCase("experiment.json " + ExperimentId + " imported_from.source_experiment_id: is required", ",\"source_experiment_id\":\"" + ExperimentId + "\"", "")]
    [TestCase("experiment.json " + ExperimentId + " dispatch_mode.termination: `off` is none of auto, manual", "manual", "off")]
    public void The_experiment_keeps_the_rules(string expected, string old, string with)
        => Assert.That(RowCheckRun.FindInExperiment(Replace(Experiment, old, with)), Has.Length.EqualTo(1).And.One.StartsWith(expected));

    [Test]
    public void A_decision_that_is_known_is_auto_or_manual(
        [Values("termination", "ideation_creation", "execution_dispatch", "evaluation_dispatch", "integration")] string decision)
    {
        static string[] Find(string decision, string value)
            => RowCheckRun.FindInExperiment($$$"""{"experiment_id":"{{{ExperimentId}}}","state":"running","created_at":"{{{Time}}}","dispatch_mode":{"{{{decision}}}":{{{value}}}}}""");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Find(decision, "\"auto\""), Is.Empty);
            Assert.That(Find(decision, "\"manual\""), Is.Empty);
            Assert.That(Find(decision, "\"Auto\""), Has.Length.EqualTo(1).And.One.Contains($" dispatch_mode.{decision}: `Auto` is none of auto, manual"));
            Assert.That(Find(decision, "null"), Has.Length.EqualTo(1).And.One.Contains($" dispatch_mode.{decision}: must not be null"));
            Assert.That(Find("x_" + decision, "null"), Is.Empty, "a decision that nobody knows");
        }
    }

    [Test]
    public void Imported_from_alone_may_be_null()
        => Assert.That(
            RowCheckRun.FindInExperiment($$"""{"experiment_id":"{{ExperimentId}}","state":"terminated","created_at":"{{Time}}","imported_from":null}"""),
            Is.Empty);

    [Test]
    public void The_experiment_is_the_one_that_was_expected()
        => Assert.That(
            RowCheckRun.FindInExperiment(Experiment, "exp_07msxedqpbwngz141c103qjfg4"),
            Has.One.Contains("is another experiment than `exp_07msxedqpbwngz141c103qjfg4`"));

    [Test]
    public void Rows_are_compared_with_the_id_of_the_experiment_file_when_none_is_expected()
    {
        using var run = new RowCheckRun(null);
        run.Checker.CheckExperiment(System.Text.Encoding.UTF8.GetBytes(Experiment), null);
        run.Check(RegistryKind.Ideas, Idea.Replace(ExperimentId, "exp_07msxedqpbwngz141c103qjfg4", StringComparison.Ordinal));
        Assert.That(run.Lines, Has.Length.EqualTo(1).And.One.Contains("is another experiment"));
    }

    [Test]
    public void All_violations_of_a_row_are_reported_with_the_id_even_when_it_comes_last()
    {
        var found = RowCheckRun.Find(
            RegistryKind.Ideas, $$"""{"slug":"","priority":null,"parent_commits":[],"artifacts_uri":7,"state":"x","created_at":"y","experiment_id":"{{ExperimentId}}","idea_id":"i-9"}""");
        Assert.That(found, Has.Length.EqualTo(6).And.All.StartsWith("ideas.jsonl:1 i-9 "));
    }

    [Test]
    public void A_row_that_is_no_object_is_refused([Values("[]", "1", "\"x\"", "null")] string row)
        => Assert.That(RowCheckRun.Find(RegistryKind.Events, row), Has.Length.EqualTo(1).And.One.StartsWith("events.jsonl:1: must be an object, not "));

    [Test]
    public void Unknown_fields_are_allowed_at_every_level_of_every_kind()
    {
        using var run = new RowCheckRun();
        foreach (var (kind, row) in All)
        {
            run.Check(kind, row.Replace("{", """{"x_unknown":{"deep":[{"er":null}],"big":123456789012345678901234567890.5e-999},""", StringComparison.Ordinal)
                .Replace("\"labels\":{\"x_unknown\":{\"deep\":[{\"er\":null}],\"big\":123456789012345678901234567890.5e-999},", "\"labels\":{", StringComparison.Ordinal));
        }

        Assert.That(run.Complete().Lines, Is.Empty);
    }

    [Test]
    public void Escaped_names_and_values_are_what_they_decode_to()
    {
        var row = Idea.Replace("\"slug\"", "\"\\u0073lug\"", StringComparison.Ordinal).Replace("\"slug-0\"", "\"slug\\u002d0\"", StringComparison.Ordinal);
        Assert.Multiple(() =>
        {
            Assert.That(RowCheckRun.Find(RegistryKind.Ideas, row), Is.Empty);
            Assert.That(
                RowCheckRun.Find(RegistryKind.Ideas, row.Replace("slug\\u002d0", "\\u0041", StringComparison.Ordinal)),
                Has.One.Contains("`A` is not a slug"));
            Assert.That(
                RowCheckRun.Find(RegistryKind.Ideas, row.Replace("{\"idea_id\"", "{\"slug\":\"a\",\"idea_id\"", StringComparison.Ordinal)),
                Has.One.EqualTo("ideas.jsonl:1 i-1 slug: stands twice in its object"));
        });
    }

    [TestCase(RegistryKind.Tasks, ExecutionTask, "t-2", "task_id")]
    [TestCase(RegistryKind.Tasks, ExecutionTask, "i-1", "payload.idea_id")]
    [TestCase(RegistryKind.Tasks, EvaluationTask, "v-1", "payload.variant_id")]
    [TestCase(RegistryKind.Ideas, Idea, "i-1", "idea_id")]
    [TestCase(RegistryKind.Variants, Variant, "v-1", "variant_id")]
    [TestCase(RegistryKind.Variants, Variant, "i-1", "idea_id")]
    [TestCase(RegistryKind.Events, Event, "evt-000001", "event_id")]
    public void An_id_has_at_most_2000_bytes(RegistryKind kind, string row, string id, string field)
    {
        // Counted in UTF-8 and without escapes.
        var longest = string.Concat(Enumerable.Repeat("\\u00e9é", 500));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(RowCheckRun.Find(kind, Replace(row, $"\"{id}\"", $"\"{longest}\"")), Is.Empty);
            Assert.That(
                RowCheckRun.Find(kind, Replace(row, $"\"{id}\"", $"\"{longest}x\"")),
                Has.Length.EqualTo(1).And.One.Contains($" {field}: `é").And.One.EndsWith("is longer than 2000 bytes, the most that an index row of a store is sure to hold"));
        }
    }

    [TestCase("pending", true)]
    [TestCase("claimed", true)]
    [TestCase("submitted", true)]
    [TestCase("completed", false)]
    [TestCase("failed", false)]
    public void A_nul_may_not_stand_in_the_payload_of_a_live_task(string state, bool isRefused)
    {
        foreach (var kind in (string[])["ideation", "execution", "evaluation"])
        {
            foreach (var more in (string[])["\"x\":\"a\\u0000\"", "\"x\":[{\"\\u0000\":1}]", "\"x\":\"\\\\\\u0000\""])
            {
                var found = RowCheckRun.Find(RegistryKind.Tasks, TaskOf("t", kind, state).Replace("\"payload\":{", "\"payload\":{" + more + ",", StringComparison.Ordinal));
                Assert.That(found, isRefused ? Has.Length.EqualTo(1).And.One.StartsWith("tasks.jsonl:1 t payload: holds U+0000") : Is.Empty, $"{kind} {more}");
            }

            var escaped = TaskOf("t", kind, state).Replace("\"payload\":{", "\"payload\":{\"x\":\"\\\\u0000\",", StringComparison.Ordinal);
            Assert.That(RowCheckRun.Find(RegistryKind.Tasks, escaped), Is.Empty, "a backslash and a text");
        }
    }

    [Test]
    public void A_nul_may_not_stand_anywhere_in_a_live_task_that_stores_index(
        [Values("ideation", "execution", "evaluation")] string kind, [Values("pending", "claimed", "submitted", "completed", "failed")] string state)
    {
        var found = RowCheckRun.Find(RegistryKind.Tasks, TaskOf("t", kind, state).Replace("\"created_at\"", "\"x\":\"\\u0000\",\"created_at\"", StringComparison.Ordinal));
        Assert.That(found, kind != "ideation" && state is not ("completed" or "failed") ? Has.Length.EqualTo(1).And.One.StartsWith("tasks.jsonl:1 t: holds U+0000") : Is.Empty);
    }

    [Test]
    public void A_nul_elsewhere_is_text()
    {
        foreach (var (kind, row) in All.Where(entry => entry.Kind != RegistryKind.Tasks))
        {
            Assert.That(RowCheckRun.Find(kind, row.Insert(1, "\"x\":\"\\u0000\",")), Is.Empty, $"{kind}");
        }

        Assert.That(RowCheckRun.FindInExperiment(Experiment.Insert(1, "\"x\":\"\\u0000\",")), Is.Empty);
    }

    [Test]
    public void An_id_with_a_nul_character_is_refused()
        => ExpectOne(RegistryKind.Ideas, Idea, "ideas.jsonl:1 i\\u{0} idea_id: `i\\u{0}` holds U+0000", "i-1", "i\\u0000");

    [Test]
    public void A_shown_value_is_shortened()
    {
        var found = RowCheckRun.Find(RegistryKind.Ideas, Idea.Replace("slug-0", new string('S', 5000), StringComparison.Ordinal));
        Assert.That(found.Single(), Has.Length.LessThan(200).And.Contains("SSS…`"));
    }

    private static void ExpectOne(RegistryKind kind, string row, string expected, string old, string with)
        => Assert.That(RowCheckRun.Find(kind, Replace(row, old, with)), Has.Length.EqualTo(1).And.One.StartsWith(expected));

    private static JsonNode? Value(JsonNode record, string path) => path.Split('.').Aggregate((JsonNode?)record, (node, name) => node![name]);

    private static string[] Find(RegistryKind? kind, string row, string path, Action<JsonObject, string> edit)
    {
        var record = JsonNode.Parse(row)!;
        var dot = path.LastIndexOf('.');
        edit(Value(record, dot < 0 ? "" : path[..dot])?.AsObject() ?? record.AsObject(), path[(dot + 1)..]);
        var text = record.ToJsonString();
        return kind is { } registry ? RowCheckRun.Find(registry, text) : RowCheckRun.FindInExperiment(text);
    }

    private static string Replace(string row, string old, string with)
    {
        Assert.That(row, Does.Contain(old));
        return row.Replace(old, with, StringComparison.Ordinal);
    }
}
