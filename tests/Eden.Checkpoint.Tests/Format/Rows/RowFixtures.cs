namespace Eden.Checkpoint.Tests.Format.Rows;

/// <summary>One valid row of every kind and state, to be damaged one way at a time.</summary>
internal static class RowFixtures
{
    public const string ExperimentId = "exp_t7msxedqpbwngz141c103qjfg4";
    public const string WorkerId = "wkr_bbz18e0rrfxg1e3bbasfsnq4m9";
    public const string GroupId = "grp_ja2njqakrb9sgb2pkgjg4ejnzj";
    public const string OtherGroupId = "grp_ne0e1yacvfzdjaye6j0xqg6qjs";
    public const string Sha = "47a52412b6491de0ccb626e75ca47954324707aa";
    public const string OtherSha = "22dbd9c2f009ef56eccbc1220fd12066de68422d";
    public const string Sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    public const string Time = "2026-05-01T00:00:00.000Z";

    public const string Experiment = $$$"""{"experiment_id":"{{{ExperimentId}}}","state":"running","created_at":"{{{Time}}}","name":"Synthétique","base_commit_sha":"{{{Sha}}}","imported_from":{"checkpoint_exported_at":"{{{Time}}}","checkpoint_format_version":"1","source_experiment_id":"{{{ExperimentId}}}"},"dispatch_mode":{"termination":"manual","integration":"auto","x_unknown":7}}""";

    public const string IdeationTask = $$$"""{"task_id":"t-1","kind":"ideation","state":"pending","payload":{"experiment_id":"{{{ExperimentId}}}","wanted":11.0},"target":{"kind":"group","id":"{{{GroupId}}}"},"created_by":"admin","created_at":"{{{Time}}}","updated_at":"{{{Time}}}"}""";
    public const string ExecutionTask = $$$"""{"task_id":"t-2","kind":"execution","state":"claimed","payload":{"idea_id":"i-1"},"created_by":"{{{WorkerId}}}","claim":{"worker_id":"{{{WorkerId}}}","claimed_at":"{{{Time}}}","expires_at":"{{{Time}}}"},"created_at":"{{{Time}}}","updated_at":"{{{Time}}}"}""";
    public const string EvaluationTask = $$$"""{"task_id":"t-3","kind":"evaluation","state":"completed","payload":{"variant_id":"v-1"},"submitted_by":"{{{WorkerId}}}","created_at":"{{{Time}}}","updated_at":"{{{Time}}}"}""";
    public const string Idea = $$$"""{"idea_id":"i-1","experiment_id":"{{{ExperimentId}}}","slug":"slug-0","priority":0.5,"parent_commits":["{{{Sha}}}","{{{Sha256}}}"],"artifacts_uri":"eden://artifacts/a0","state":"completed","created_at":"{{{Time}}}","created_by":"{{{WorkerId}}}","intended_executor":{"kind":"worker","id":"{{{WorkerId}}}"},"intended_evaluator":{"kind":"group","id":"{{{GroupId}}}"}}""";
    public const string Variant = $$$"""{"variant_id":"v-1","experiment_id":"{{{ExperimentId}}}","idea_id":"i-1","status":"success","parent_commits":["{{{Sha}}}"],"branch":"work/idea-0","commit_sha":"{{{Sha}}}","variant_commit_sha":"{{{OtherSha}}}","artifacts_uri":"eden://artifacts/e0","executor_artifacts_uri":"file:///tmp/x","description":"— “naïve” 漢字","evaluation":{"score":1e999,"n":0},"started_at":"{{{Time}}}","completed_at":"{{{Time}}}","executed_by":"{{{WorkerId}}}","evaluated_by":"{{{WorkerId}}}"}""";
    public const string BaselineVariant = $$$"""{"variant_id":"v-0","experiment_id":"{{{ExperimentId}}}","kind":"baseline","status":"starting","parent_commits":["{{{Sha}}}"],"started_at":"{{{Time}}}"}""";
    public const string IdeationSubmission = """{"task_id":"t-1","kind":"ideation","status":"success","idea_ids":["i-1"]}""";
    public const string ExecutionSubmission = $$$"""{"task_id":"t-2","kind":"execution","status":"success","variant_id":"v-1","commit_sha":"{{{Sha}}}","artifacts_uri":"eden://artifacts/e0"}""";
    public const string EvaluationSubmission = """{"task_id":"t-3","kind":"evaluation","status":"success","variant_id":"v-1","evaluation":{"score":0.5}}""";
    public const string Event = $$$"""{"event_id":"evt-000001","type":"task.created","occurred_at":"{{{Time}}}","experiment_id":"{{{ExperimentId}}}","data":{"task_id":"t-1","kind":"execution"}}""";
    public const string Worker = $$$"""{"worker_id":"{{{WorkerId}}}","name":"wörker 7","experiment_id":"{{{ExperimentId}}}","registered_at":"{{{Time}}}","registered_by":"admin","labels":{"role":"executor","k":"7"}}""";
    public const string Group = $$$"""{"group_id":"{{{GroupId}}}","name":"réviewers","experiment_id":"{{{ExperimentId}}}","members":["{{{WorkerId}}}","{{{OtherGroupId}}}"],"created_at":"{{{Time}}}","created_by":"admin"}""";

    /// <summary>Rows that fit together: every kind, and every kind of task and submission.</summary>
    public static IEnumerable<(RegistryKind Kind, string Row)> All =>
    [
        (RegistryKind.Tasks, IdeationTask),
        (RegistryKind.Tasks, ExecutionTask),
        (RegistryKind.Tasks, EvaluationTask),
        (RegistryKind.Ideas, Idea),
        (RegistryKind.Variants, BaselineVariant),
        (RegistryKind.Variants, Variant),
        (RegistryKind.Submissions, IdeationSubmission),
        (RegistryKind.Submissions, ExecutionSubmission),
        (RegistryKind.Submissions, EvaluationSubmission),
        (RegistryKind.Events, Event),
        (RegistryKind.Workers, Worker),
        (RegistryKind.Groups, Group),
    ];

    /// <summary>Makes a task of any kind in any state.</summary>
    public static string TaskOf(string id, string kind, string state)
    {
        var payload = kind switch { "ideation" => $"\"experiment_id\":\"{ExperimentId}\"", "execution" => "\"idea_id\":\"i-1\"", _ => "\"variant_id\":\"v-1\"" };
        var claim = state is "claimed" or "submitted" ? $$""","claim":{"worker_id":"{{WorkerId}}","claimed_at":"{{Time}}"}""" : string.Empty;
        return $$"""{"task_id":{{System.Text.Json.JsonSerializer.Serialize(id)}},"kind":"{{kind}}","state":"{{state}}","payload":{{{payload}}}{{claim}},"created_at":"{{Time}}","updated_at":"{{Time}}"}""";
    }

    public static string EventOf(string type, string data)
        => $$$"""{"event_id":"evt-1","type":"{{{type}}}","occurred_at":"{{{Time}}}","experiment_id":"{{{ExperimentId}}}","data":{{{data}}}}""";
}
