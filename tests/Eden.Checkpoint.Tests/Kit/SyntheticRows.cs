using System.Globalization;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>The rows of a <see cref="SyntheticExperiment"/>: variant number <c>i</c> lives through story <c>i % 12</c>, with further ideas and tasks around it.</summary>
internal sealed class SyntheticRows
{
    private const string Crockford = "0123456789abcdefghjkmnpqrstvwxyz";
    private static readonly DateTime s_start = new(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly Random _random;
    private readonly List<(string Key, string Json)>[] _keyed = [.. Enumerable.Range(0, 7).Select(_ => new List<(string, string)>())];
    private readonly List<string> _workers = [];
    private readonly List<string> _groups = [];
    private readonly string[][] _sorted = new string[7][];
    private int _event;

    public SyntheticRows(SyntheticLineage lineage, int seed)
    {
        Lineage = lineage;
        _random = new Random(seed + 17);
        ExperimentId = Id("exp");
        AddWorkers(8 + (lineage.Variants / 100));
        AddGroups();
        Event("experiment.dispatch_mode_changed", 0, """{"dispatch_mode":{"termination":"manual"},"changed":{"integration":"auto"},"updated_by":"admin"}""");
        for (var variant = 0; variant < lineage.Variants; variant++)
        {
            AddStory(variant);
            AddAround(variant);
        }

        Event("experiment.policy_error", lineage.Variants, """{"policy_kind":"termination","error_type":"TimeoutError","error_message":"slow \u2026 \"policy\""}""");
        for (var kind = 0; kind < 7; kind++)
        {
            // By UTF-8 bytes, which for keys of ASCII is the ordinal order; events stay as they were appended.
            _sorted[kind] = [.. ((RegistryKind)kind == RegistryKind.Events ? _keyed[kind] : _keyed[kind].OrderBy(row => row.Key, StringComparer.Ordinal).AsEnumerable()).Select(row => row.Json)];
        }
    }

    public SyntheticLineage Lineage { get; }

    public string ExperimentId { get; }

    public string ExperimentJson
        => $$$"""{"experiment_id":"{{{ExperimentId}}}","state":"running","created_at":"2026-05-01T00:00:00Z","base_commit_sha":"{{{Lineage.BaseCommit}}}","name":"Synthétique 漢字","dispatch_mode":{"ideation_creation":"auto","execution_dispatch":"auto","evaluation_dispatch":"manual","integration":"auto","termination":"manual","x_review":"manual"}}""";

    public IReadOnlyList<string> this[RegistryKind kind] => _sorted[(int)kind];

    private static string Number(int value) => value.ToString("D7", CultureInfo.InvariantCulture);

    /// <summary>Gives an instant without a fraction, in milliseconds or in microseconds, by turns.</summary>
    private static string Time(int second, int step = 0)
        => s_start.AddSeconds(second).AddTicks(step * 1_234_560L)
            .ToString((second + step) % 3 == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : (second + step) % 3 == 1 ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private string Id(string prefix) => $"{prefix}_{new string(_random.GetItems<char>(Crockford, 26))}";

    private string Worker(int number) => _workers[number % _workers.Count];

    private void Add(RegistryKind kind, string key, string json) => _keyed[(int)kind].Add((key, json));

    private void Event(string type, int second, string data)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"evt-{++_event:D6}");
        Add(RegistryKind.Events, id, $$$"""{"event_id":"{{{id}}}","type":"{{{type}}}","occurred_at":"{{{Time(second)}}}","experiment_id":"{{{ExperimentId}}}","data":{{{data}}}}""");
    }

    private void AddWorkers(int count)
    {
        for (var number = 0; number < count; number++)
        {
            var id = Id("wkr");
            var name = number % 4 == 3 ? "" : $",\"name\":\"wörker {number} 漢\"";
            var registeredBy = number switch { 0 => "", < 5 => ",\"registered_by\":\"admin\"", _ => $",\"registered_by\":\"{_workers[0]}\"" };
            var labels = (number % 3) switch
            {
                0 => ",\"labels\":{}",
                1 => $$$""","labels":{"role":"executor","größe":"\u00e9 \ud83d\ude80 🚀","k":"{{{number}}}"}""",
                _ => ",\"x_capacity\":{\"slots\":4,\"idle\":null}",
            };
            Add(RegistryKind.Workers, id, $$$"""{"worker_id":"{{{id}}}"{{{name}}},"experiment_id":"{{{ExperimentId}}}","registered_at":"{{{Time(number)}}}"{{{registeredBy}}}{{{labels}}}}""");
            _workers.Add(id);
        }
    }

    private void AddGroups()
    {
        void AddGroup(string name, params IReadOnlyList<string> members)
        {
            var id = Id("grp");
            var createdBy = _groups.Count % 2 == 0 ? ",\"created_by\":\"admin\"" : "";
            var list = string.Join(',', members.Select(member => $"\"{member}\""));
            Add(RegistryKind.Groups, id, $$$"""{"group_id":"{{{id}}}"{{{name}}},"experiment_id":"{{{ExperimentId}}}","members":[{{{list}}}],"created_at":"{{{Time(_groups.Count)}}}"{{{createdBy}}}}""");
            _groups.Add(id);
        }

        AddGroup(",\"name\":\"admins\"", [.. _workers.Take(3)]);
        AddGroup(",\"name\":\"réviewers\"", [_workers[3], _groups[0]]);
        AddGroup("", [_groups[1], _groups[0], _workers[4]]);
        AddGroup(",\"name\":\"nobody\"");
        AddGroup(",\"name\":\"gone\"", [Id("wkr"), Id("grp")]);
    }

    private void AddTask(string id, string kind, string state, string payload, int i)
    {
        var who = Worker(i + kind.Length);
        var claim = state switch
        {
            "claimed" => $$$""","claim":{"worker_id":"{{{who}}}","claimed_at":"{{{Time(i, 1)}}}","expires_at":"{{{Time(i + 600, 1)}}}"}""",
            "submitted" => $$$""","claim":{"worker_id":"{{{who}}}","claimed_at":"{{{Time(i, 1)}}}"}""",
            _ => "",
        };
        var submittedBy = state is "submitted" or "completed" ? $",\"submitted_by\":\"{who}\"" : "";
        var createdBy = (i % 3) switch { 0 => ",\"created_by\":\"admin\"", 1 => $",\"created_by\":\"{Worker(i)}\"", _ => "" };
        var target = (i % 5) switch
        {
            0 => $$$""","target":{"kind":"worker","id":"{{{who}}}"}""",
            1 => $$$""","target":{"kind":"group","id":"{{{_groups[i % _groups.Count]}}}"}""",
            _ => "",
        };
        Add(RegistryKind.Tasks, id, $$$"""{"task_id":"{{{id}}}","kind":"{{{kind}}}","state":"{{{state}}}","payload":{{{payload}}}{{{target}}}{{{createdBy}}}{{{submittedBy}}},"created_at":"{{{Time(i)}}}","updated_at":"{{{Time(i, 2)}}}"{{{claim}}}}""");
        Event("task.created", i, $$$"""{"task_id":"{{{id}}}","kind":"{{{kind}}}"}""");
        if (state != "pending")
        {
            Event("task.claimed", i, $$$"""{"task_id":"{{{id}}}","worker_id":"{{{who}}}"}""");
        }

        if (state is "submitted" or "completed")
        {
            Event("task.submitted", i, $$$"""{"task_id":"{{{id}}}"}""");
        }

        if (state == "completed")
        {
            Event("task.completed", i, $$$"""{"task_id":"{{{id}}}"}""");
        }

        if (state == "failed")
        {
            Event("task.failed", i, $$$"""{"task_id":"{{{id}}}","reason":"{{{(i % 3) switch { 0 => "worker_error", 1 => "validation_error", _ => "policy_limit" }}}}"}""");
        }
    }

    private void AddSubmission(string task, string kind, string status, string rest)
        => Add(RegistryKind.Submissions, task, $$$"""{"task_id":"{{{task}}}","kind":"{{{kind}}}","status":"{{{status}}}"{{{rest}}}}""");

    private void AddIdea(string id, string slug, string state, IEnumerable<string> parents, int i)
    {
        var list = string.Join(',', parents.Select(parent => $"\"{parent}\""));
        var priority = (i % 5) switch { 0 => "0", 1 => "-1.5", 2 => "11.0", 3 => "1e3", _ => i.ToString(CultureInfo.InvariantCulture) };
        var createdBy = i % 4 == 0 ? "" : $",\"created_by\":\"{Worker(i)}\"";
        var intended = (i % 6) switch
        {
            1 => $$$""","intended_executor":{"kind":"group","id":"{{{_groups[0]}}}"}""",
            2 => $$$""","intended_executor":{"kind":"worker","id":"{{{Worker(i)}}}"},"intended_evaluator":{"kind":"worker","id":"{{{Worker(i + 1)}}}"}""",
            _ => "",
        };
        Add(RegistryKind.Ideas, id, $$$"""{"idea_id":"{{{id}}}","experiment_id":"{{{ExperimentId}}}","slug":"{{{slug}}}","priority":{{{priority}}},"parent_commits":[{{{list}}}],"artifacts_uri":"eden://artifacts/{{{id}}}?v=1#top","state":"{{{state}}}","created_at":"{{{Time(i)}}}"{{{createdBy}}}{{{intended}}}}""");
        Event("idea.drafted", i, $$$"""{"idea_id":"{{{id}}}"}""");
        if (state != "drafting")
        {
            Event("idea.ready", i, $$$"""{"idea_id":"{{{id}}}"}""");
        }
    }

    /// <summary>An idea, its execution, its variant and the evaluation, at one of twelve points of their life.</summary>
    private void AddStory(int i)
    {
        var story = i % 12;
        var (variant, idea) = (SyntheticLineage.VariantId(i), $"idea-{Number(i)}");
        var (ideation, execution, evaluation) = ($"task-i-{Number(i)}", $"task-x-{Number(i)}", $"task-e-{Number(i)}");
        var baseline = SyntheticLineage.IsBaseline(i);
        if (!baseline)
        {
            AddTask(ideation, "ideation", "completed", $$$"""{"experiment_id":"{{{ExperimentId}}}","hint":"tab\t quote\" back\\ slash\/ é\u00e9"}""", i);
            AddSubmission(ideation, "ideation", "success", $",\"idea_ids\":[\"{idea}\"]");
            var ideaState = story is 2 or 6 ? "dispatched" : "completed";
            AddIdea(idea, SyntheticLineage.Slug(i), ideaState, Lineage.Parents(i), i);
            AddTask(execution, "execution", story switch { 2 => "claimed", 6 => "submitted", 3 => "failed", _ => "completed" }, $$$"""{"idea_id":"{{{idea}}}"}""", i);
            Event("idea.dispatched", i, $$$"""{"idea_id":"{{{idea}}}","task_id":"{{{execution}}}"}""");
            if (story == 3)
            {
                AddSubmission(execution, "execution", "error", $",\"variant_id\":\"{variant}\"");
            }
            else if (story != 2)
            {
                AddSubmission(execution, "execution", "success", $",\"variant_id\":\"{variant}\",\"commit_sha\":\"{Lineage.WorkCommit(i)}\",\"artifacts_uri\":\"eden://artifacts/x{i}\"");
            }

            if (ideaState == "completed")
            {
                Event("idea.completed", i, $$$"""{"idea_id":"{{{idea}}}","task_id":"{{{execution}}}"}""");
            }
        }

        AddVariant(i, story, variant, idea);
        if (story is not (2 or 3 or 6))
        {
            AddTask(evaluation, "evaluation", story switch { 1 => "submitted", 7 => "pending", 8 => "claimed", 10 => "failed", _ => "completed" }, $$$"""{"variant_id":"{{{variant}}}"}""", i);
        }

        if (story is not (2 or 3 or 6 or 7 or 8))
        {
            var (status, rest) = story switch
            {
                4 => ("evaluation_error", $",\"artifacts_uri\":\"eden://artifacts/e{i}\""),
                10 => ("error", ""),
                _ => ("success", $$$""","evaluation":{"score":{{{i}}}.25,"n":{{{i}}}}"""),
            };
            AddSubmission(evaluation, "evaluation", status, $",\"variant_id\":\"{variant}\"{rest}");
        }

        if (story == 10)
        {
            // A second try: one live evaluation beside the failed one.
            AddTask($"{evaluation}-b", "evaluation", "pending", $$$"""{"variant_id":"{{{variant}}}"}""", i);
            Event("task.reassigned", i, $$$"""{"task_id":"{{{evaluation}}}-b","new_target":{{{(i % 24 == 10 ? "null" : $"{{\"kind\":\"worker\",\"id\":\"{Worker(i)}\"}}")}}},"reason":"busy","reassigned_by":"admin"}""");
        }
    }

    private void AddVariant(int i, int story, string id, string idea)
    {
        var baseline = SyntheticLineage.IsBaseline(i);
        var status = story switch { 1 or 2 or 6 or 7 or 8 or 10 => "starting", 3 => "error", 4 => "evaluation_error", _ => "success" };
        var parents = string.Join(',', Lineage.Parents(i).Select(parent => $"\"{parent}\""));
        var origin = baseline ? "\"kind\":\"baseline\"" : $"\"idea_id\":\"{idea}\"";
        var git = baseline
            ? $",\"commit_sha\":\"{Lineage.BaseCommit}\""
            : $",\"branch\":\"{SyntheticLineage.WorkBranch(i)}\"" + (story is 2 or 3 ? "" : $",\"commit_sha\":\"{Lineage.WorkCommit(i)}\"");
        var integrated = SyntheticLineage.IsIntegrated(i) ? $",\"variant_commit_sha\":\"{Lineage.VariantCommit(i)}\"" : "";
        var outcome = story switch
        {
            11 => ",\"artifacts_uri\":\"s3://bucket/a%20b?x=1\",\"evaluation\":{\"score\":1e400,\"seed\":123456789012345678901234567890,\"tiny\":-0.0e-0,\"nested\":{\"list\":[1,[2,[3,null]],{\"deep\":true}]}}",
            0 or 5 or 9 => $",\"artifacts_uri\":\"eden://artifacts/e{i}\",\"executor_artifacts_uri\":\"eden://artifacts/x{i}\",\"evaluation\":{{\"score\":{i}.25,\"note\":\"\"}}",
            _ => "",
        };
        var done = status == "starting" ? "" : $",\"completed_at\":\"{Time(i, 5)}\"";
        var people = $",\"executed_by\":\"{Worker(i)}\"" + (status == "success" ? $",\"evaluated_by\":\"{Worker(i + 1)}\"" : "");
        var extra = story == 11 ? ",\"x_extra\":{\"kept\":[null,true,\"\\u0041\"],\"größe\":1}" : "";
        Add(RegistryKind.Variants, id, $$$"""{"variant_id":"{{{id}}}","experiment_id":"{{{ExperimentId}}}",{{{origin}}},"status":"{{{status}}}","parent_commits":[{{{parents}}}]{{{git}}}{{{integrated}}}{{{outcome}}},"description":"Variant {{{i}}} — “naïve” 漢字 🚀 \ud83d\ude80 tab\t \"quoted\" \\ \/","started_at":"{{{Time(i)}}}"{{{done}}}{{{people}}}{{{extra}}}}""");
        Event("variant.started", i, baseline ? $$$"""{"variant_id":"{{{id}}}","kind":"baseline"}""" : $$$"""{"variant_id":"{{{id}}}","idea_id":"{{{idea}}}"}""");
        switch (status)
        {
            case "success":
                Event("variant.succeeded", i, $$$"""{"variant_id":"{{{id}}}","commit_sha":"{{{(baseline ? Lineage.BaseCommit : Lineage.WorkCommit(i))}}}"}""");
                break;
            case "error":
                Event("variant.errored", i, $$$"""{"variant_id":"{{{id}}}"}""");
                break;
            case "evaluation_error":
                Event("variant.evaluation_errored", i, $$$"""{"variant_id":"{{{id}}}"}""");
                break;
        }

        if (integrated.Length > 0)
        {
            Event("variant.integrated", i, $$$"""{"variant_id":"{{{id}}}","variant_commit_sha":"{{{Lineage.VariantCommit(i)}}}"}""");
        }
    }

    /// <summary>Ideas without a variant and tasks without a result, and what nobody registered.</summary>
    private void AddAround(int i)
    {
        var (task, idea) = ($"task-j-{Number(i)}", $"idea-j-{Number(i)}");
        switch (i % 5)
        {
            case 0:
                AddTask(task, "ideation", "submitted", $$$"""{"experiment_id":"{{{ExperimentId}}}"}""", i);
                AddSubmission(task, "ideation", "success", $",\"idea_ids\":[\"{idea}\"],\"x_cost\":0.1");
                AddIdea(idea, $"draft-{i}", "drafting", [Lineage.BaseCommit], i);
                break;
            case 1:
                AddIdea(idea, $"ready-{i}", "ready", [Lineage.BaseCommit], i);
                AddTask(task, "execution", "pending", $$$"""{"idea_id":"{{{idea}}}"}""", i);
                break;
            case 2:
                AddTask(task, "ideation", "pending", $$$"""{"experiment_id":"{{{ExperimentId}}}","rounds":[]}""", i);
                Event("task.reclaimed", i, $$$"""{"task_id":"{{{task}}}","cause":"{{{(i % 3) switch { 0 => "expired", 1 => "operator", _ => "health_policy" }}}}"}""");
                break;
            case 3:
                AddTask(task, "ideation", "failed", $$$"""{"experiment_id":"{{{ExperimentId}}}"}""", i);
                AddSubmission(task, "ideation", "error", ",\"idea_ids\":[]");
                break;
            default:
                AddTask(task, "ideation", "claimed", $$$"""{"experiment_id":"{{{ExperimentId}}}"}""", i);
                break;
        }

        Event("x.progress", i, $$$"""{"step":{{{i}}},"msg":"ok — ✓","nothing":null}""");
        Event("x_lab.sub.measured_2", i, "{}");
    }
}
