using System.Text.Json.Nodes;
using static Eden.Checkpoint.Tests.Format.Rows.RowFixtures;

namespace Eden.Checkpoint.Tests.Format.Rows;

[TestFixture]
public class EventDataTests
{
    private static readonly (string Type, string Data)[] s_registered =
    [
        ("task.created", """{"task_id":"t","kind":"evaluation"}"""),
        ("task.claimed", $$"""{"task_id":"t","worker_id":"{{WorkerId}}"}"""),
        ("task.submitted", """{"task_id":"t"}"""),
        ("task.completed", """{"task_id":"t"}"""),
        ("task.failed", """{"task_id":"t","reason":"policy_limit"}"""),
        ("task.reclaimed", """{"task_id":"t","cause":"health_policy"}"""),
        ("task.reassigned", """{"task_id":"t","new_target":null,"reason":"because","reassigned_by":"admin"}"""),
        ("idea.drafted", """{"idea_id":"i"}"""),
        ("idea.ready", """{"idea_id":"i"}"""),
        ("idea.dispatched", """{"idea_id":"i","task_id":"t"}"""),
        ("idea.completed", """{"idea_id":"i","task_id":"t"}"""),
        ("variant.started", """{"variant_id":"v","idea_id":"i"}"""),
        ("variant.succeeded", $$"""{"variant_id":"v","commit_sha":"{{Sha}}"}"""),
        ("variant.errored", """{"variant_id":"v"}"""),
        ("variant.evaluation_errored", """{"variant_id":"v"}"""),
        ("variant.integrated", $$"""{"variant_id":"v","variant_commit_sha":"{{Sha}}"}"""),
        ("experiment.dispatch_mode_changed", """{"dispatch_mode":{"integration":"auto"},"changed":{"integration":"auto"},"updated_by":"admin"}"""),
        ("experiment.terminated", """{"reason":"done","terminated_by":"admin"}"""),
        ("experiment.policy_error", """{"policy_kind":"k","error_type":"t","error_message":"m"}"""),
    ];

    public static IEnumerable<TestCaseData> EveryNeededKey()
        => from entry in s_registered
           from name in System.Text.Json.JsonDocument.Parse(entry.Data).RootElement.EnumerateObject().Select(property => property.Name)
           select new TestCaseData(entry.Type, entry.Data, name);

    [TestCaseSource(nameof(EveryNeededKey))]
    public void A_registered_type_needs_its_keys(string type, string data, string key)
        => Assert.Multiple(() =>
        {
            Assert.That(RowCheckRun.Find(RegistryKind.Events, EventOf(type, data)), Is.Empty);
            Assert.That(
                RowCheckRun.Find(RegistryKind.Events, EventOf(type, data.Replace($"\"{key}\"", "\"other\"", StringComparison.Ordinal))),
                Has.Length.EqualTo(1).And.One.EqualTo($"events.jsonl:1 evt-1 data.{key}: is required"));
        });

    [TestCaseSource(nameof(EveryNeededKey))]
    public void The_value_of_a_key_has_its_type(string type, string data, string key)
    {
        foreach (var (value, complaint) in new[] { ("[7]", "must be "), ("null", "must not be null") })
        {
            var json = JsonNode.Parse(data)!;
            json[key] = JsonNode.Parse(value);

            // This one may be null.
            var isFree = (key, value) is ("new_target", "null");
            Assert.That(
                RowCheckRun.Find(RegistryKind.Events, EventOf(type, json.ToJsonString())),
                isFree ? Is.Empty : Has.Length.EqualTo(1).And.One.StartsWith($"events.jsonl:1 evt-1 data.{key}: {complaint}"));
        }
    }

    [TestCase("task.reassigned", """{"task_id":"t","new_target":{"kind":"worker","id":"admin"},"reason":"r","reassigned_by":"admin"}""", "data.new_target.id: `admin` is neither")]
    [TestCase("task.reassigned", """{"task_id":"t","new_target":{"kind":"x","id":"wkr_bbz18e0rrfxg1e3bbasfsnq4m9"},"reason":"r","reassigned_by":"admin"}""", "data.new_target.kind: `x` is none of")]
    [TestCase("idea.drafted", """{"idea_id":""}""", "data.idea_id: `` must not be empty")]
    [TestCase("variant.errored", """{"variant_id":""}""", "data.variant_id: `` must not be empty")]
    [TestCase("variant.integrated", """{"variant_id":"v","variant_commit_sha":"x"}""", "data.variant_commit_sha: `x` is not a commit hash")]
    [TestCase("experiment.dispatch_mode_changed", """{"dispatch_mode":{},"changed":{},"updated_by":"me"}""", "data.updated_by: `me` is neither")]
    [TestCase("task.created", """{"task_id":"t","kind":"x"}""", "data.kind: `x` is none of")]
    [TestCase("task.created", """{"task_id":"","kind":"ideation"}""", "data.task_id: `` must not be empty")]
    [TestCase("task.claimed", """{"task_id":"t","worker_id":"admin"}""", "data.worker_id: `admin` is not a worker id")]
    [TestCase("task.failed", """{"task_id":"t","reason":"tired"}""", "data.reason: `tired` is none of")]
    [TestCase("task.reclaimed", """{"task_id":"t","cause":"x"}""", "data.cause: `x` is none of")]
    [TestCase("task.reassigned", """{"task_id":"t","new_target":{"kind":"worker"},"reason":"r","reassigned_by":"admin"}""", "data.new_target.id: is required")]
    [TestCase("task.reassigned", """{"task_id":"t","new_target":null,"reason":"r","reassigned_by":"x"}""", "data.reassigned_by: `x` is neither")]
    [TestCase("variant.succeeded", """{"variant_id":"v","commit_sha":"x"}""", "data.commit_sha: `x` is not a commit hash")]
    [TestCase("variant.started", """{"variant_id":"v"}""", "data.idea_id: is required")]
    [TestCase("variant.started", """{"variant_id":"v","idea_id":""}""", "data.idea_id: `` must not be empty")]
    [TestCase("variant.started", """{"variant_id":"v","idea_id":"i","kind":"other"}""", "data.kind: `other` is not baseline")]
    [TestCase("variant.started", """{"variant_id":"v","idea_id":"i","kind":null}""", "data.kind: must not be null")]
    [TestCase("variant.started", """{"variant_id":"v","idea_id":"i","kind":["baseline"]}""", "data.kind: must be a string, not an array")]
    [TestCase("variant.started", """{"variant_id":"v","kind":"baseline","idea_id":7}""", "data.idea_id: must be a string, not a number")]
    [TestCase("variant.started", """{"variant_id":"v","kind":"baseline","idea_id":""}""", "data.idea_id: `` must not be empty")]
    [TestCase("variant.started", """{"variant_id":"v","kind":"baseline","idea_id":null}""", "data.idea_id: must not be null")]
    [TestCase("task.reassigned", """{"task_id":"t","new_target":null,"reason":"","reassigned_by":"admin"}""", "data.reason: `` must not be empty")]
    [TestCase("task.reassigned", """{"task_id":"t","new_target":{"kind":"worker","id":"grp_ja2njqakrb9sgb2pkgjg4ejnzj"},"reason":"r","reassigned_by":"admin"}""", "data.new_target.id: `grp_ja2njqakrb9sgb2pkgjg4ejnzj` is not a worker id")]
    [TestCase("task.reassigned", """{"task_id":"t","new_target":{"kind":"group","id":"wkr_bbz18e0rrfxg1e3bbasfsnq4m9"},"reason":"r","reassigned_by":"admin"}""", "data.new_target.id: `wkr_bbz18e0rrfxg1e3bbasfsnq4m9` is not a group id")]
    [TestCase("experiment.policy_error", """{"policy_kind":"","error_type":"t","error_message":"m"}""", "data.policy_kind: `` must not be empty")]
    [TestCase("experiment.policy_error", """{"policy_kind":"k","error_type":"","error_message":"m"}""", "data.error_type: `` must not be empty")]
    [TestCase("experiment.dispatch_mode_changed", """{"dispatch_mode":1,"changed":{},"updated_by":"admin"}""", "data.dispatch_mode: must be an object")]
    [TestCase("experiment.dispatch_mode_changed", """{"dispatch_mode":{},"changed":["integration"],"updated_by":"admin"}""", "data.changed: must be an object, not an array")]
    [TestCase("experiment.dispatch_mode_changed", """{"dispatch_mode":{"integration":"paused"},"changed":{},"updated_by":"admin"}""", "data.dispatch_mode.integration: `paused` is none of auto, manual")]
    [TestCase("experiment.dispatch_mode_changed", """{"dispatch_mode":{},"changed":{"x_unknown":"Auto"},"updated_by":"admin"}""", "data.changed.x_unknown: `Auto` is none of auto, manual")]
    [TestCase("experiment.dispatch_mode_changed", """{"dispatch_mode":{"x_unknown":true},"changed":{},"updated_by":"admin"}""", "data.dispatch_mode.x_unknown: must be a string, not a boolean")]
    [TestCase("experiment.dispatch_mode_changed", """{"dispatch_mode":{},"changed":{"integration":null},"updated_by":"admin"}""", "data.changed.integration: must be a string, not null")]
    [TestCase("experiment.terminated", """{"reason":"done","terminated_by":"me"}""", "data.terminated_by: `me` is neither")]
    public void A_registered_type_needs_the_right_values(string type, string data, string expected)
        => Assert.That(RowCheckRun.Find(RegistryKind.Events, EventOf(type, data)), Has.Length.EqualTo(1).And.One.Contains(expected));

    [Test]
    public void A_started_baseline_variant_needs_no_idea()
        => Assert.That(RowCheckRun.Find(RegistryKind.Events, EventOf("variant.started", """{"variant_id":"v","kind":"baseline"}""")), Is.Empty);

    [Test]
    public void A_started_variant_that_is_no_baseline_and_has_no_idea_is_wrong_twice()
        => Assert.That(
            RowCheckRun.Find(RegistryKind.Events, EventOf("variant.started", """{"variant_id":"v","kind":"other"}""")),
            Is.EqualTo(new[] { "events.jsonl:1 evt-1 data.kind: `other` is not baseline", "events.jsonl:1 evt-1 data.idea_id: is required" }));

    [TestCase("variant.started", """{"variant_id":"v","kind":"baseline","idea_id":"i"}""")]
    [TestCase("experiment.terminated", """{"reason":"","terminated_by":"admin"}""")]
    [TestCase("experiment.policy_error", """{"policy_kind":"k","error_type":"t","error_message":""}""")]
    [TestCase("experiment.dispatch_mode_changed", """{"dispatch_mode":{"x_unknown":"manual","integration":"\u0061uto"},"changed":{},"updated_by":"admin"}""")]
    [TestCase("task.reassigned", """{"task_id":"t","new_target":{"kind":"group","id":"grp_ja2njqakrb9sgb2pkgjg4ejnzj"},"reason":"r","reassigned_by":"admin"}""")]
    public void Values_at_the_edge_of_the_rules_are_right(string type, string data)
        => Assert.That(RowCheckRun.Find(RegistryKind.Events, EventOf(type, data)), Is.Empty);

    [Test]
    public void Ids_in_event_data_are_text_of_any_length_that_may_hold_a_nul()
        => Assert.That(RowCheckRun.Find(RegistryKind.Events, EventOf("idea.dispatched", $$"""{"idea_id":"\u0000","task_id":"{{new string('t', 5000)}}"}""")), Is.Empty);

    [TestCase("x.progress", """{"task_id":null,"kind":7}""")]
    [TestCase("task.created.again", "{}")]
    [TestCase("a.b_2.c3", "{}")]
    public void Other_types_pass_with_any_object(string type, string data)
        => Assert.That(RowCheckRun.Find(RegistryKind.Events, EventOf(type, data)), Is.Empty);

    [Test]
    public void A_type_is_two_or_more_lowercase_words([Values("task", "Task.created", "task.", ".created", "task..x", "task.1x", "", "tásk.x")] string type)
        => Assert.That(RowCheckRun.Find(RegistryKind.Events, EventOf(type, "{}")), Has.Length.EqualTo(1).And.One.Contains("is not an event type"));

    [Test]
    public void Data_is_an_object([Values("[]", "null", "1")] string data)
        => Assert.That(RowCheckRun.Find(RegistryKind.Events, EventOf("x.y", data)), Has.Length.EqualTo(1).And.One.Contains(" data: must "));

    [Test]
    public void The_order_of_keys_does_not_matter()
        => Assert.That(
            RowCheckRun.Find(
                RegistryKind.Events,
                $$"""{"data":{"kind":"x","task_id":"t"},"experiment_id":"{{ExperimentId}}","occurred_at":"{{Time}}","type":"task.created","event_id":"e"}"""),
            Has.Length.EqualTo(1).And.One.StartsWith("events.jsonl:1 e data.kind: `x` is none of"));
}
