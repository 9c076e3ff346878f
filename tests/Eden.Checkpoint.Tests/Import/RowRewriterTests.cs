using System.Text;
using System.Text.Json.Nodes;
using Eden.Checkpoint.Import;

namespace Eden.Checkpoint.Tests.Import;

[TestFixture]
public class RowRewriterTests
{
    private const string Source = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string Target = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    [TestCase("""{"idea_id":"i","experiment_id":"SOURCE","x":1.0}""", """{"idea_id":"i","experiment_id":"TARGET","x":1.0}""")]
    [TestCase("""{"experiment_id":"SOURCE","nested":{"experiment_id":"SOURCE"},"list":["SOURCE"]}""", """{"experiment_id":"TARGET","nested":{"experiment_id":"SOURCE"},"list":["SOURCE"]}""")]
    [TestCase("""{"experiment_\u0069d":"\u0065xp_01hqs3m4n5p6q7r8s9t0v1w2x3","n":1e400}""", """{"experiment_\u0069d":"TARGET","n":1e400}""")]
    [TestCase("""{"payload":{"experiment_id":"SOURCE"},"experiment_id":"exp_01hqs3m4n5p6q7r8s9t0v1w2aa"}""", """{"payload":{"experiment_id":"SOURCE"},"experiment_id":"exp_01hqs3m4n5p6q7r8s9t0v1w2aa"}""")]
    [TestCase("{ \"experiment_id\" : \"SOURCE\" ,\t\"a b\" : [ 1 , \" x \" ] }", """{"experiment_id":"TARGET","a b":[1," x "]}""")]
    public void A_records_own_experiment_id_is_the_receivers_and_the_rest_stays(string row, string expected)
        => Assert.That(Rewrite(RegistryKind.Ideas, row).Row, Is.EqualTo(Named(expected)));

    [TestCase("""{"kind":"ideation","payload":{"experiment_id":"SOURCE","deep":{"experiment_id":"SOURCE"}},"state":"pending"}""", """{"kind":"ideation","payload":{"experiment_id":"TARGET","deep":{"experiment_id":"SOURCE"}},"state":"pending"}""")]
    [TestCase("""{"payload":{"a":[{"experiment_id":"SOURCE"}],"experiment_id":"SOURCE"},"kind":"\u0069deation","x":{"experiment_id":"SOURCE"}}""", """{"payload":{"a":[{"experiment_id":"SOURCE"}],"experiment_id":"TARGET"},"kind":"\u0069deation","x":{"experiment_id":"SOURCE"}}""")]
    [TestCase("""{"kind":"execution","payload":{"experiment_id":"SOURCE","idea_id":"i"}}""", """{"kind":"execution","payload":{"experiment_id":"TARGET","idea_id":"i"}}""")]
    [TestCase("""{"payload":{"x":{},"experiment_id":"SOURCE"},"kind":"evaluation","state":"claimed","claim":{"experiment_id":"SOURCE"}}""", """{"payload":{"x":{},"experiment_id":"TARGET"},"kind":"evaluation","state":"pending"}""")]
    [TestCase("""{"kind":"evaluation","payload":{"experiment_id":["SOURCE"],"variant_id":"SOURCE"}}""", """{"kind":"evaluation","payload":{"experiment_id":["SOURCE"],"variant_id":"SOURCE"}}""")]
    [TestCase("""{"kind":"execution","payload":{"experiment_id":"exp_01hqs3m4n5p6q7r8s9t0v1w2aa"}}""", """{"kind":"execution","payload":{"experiment_id":"exp_01hqs3m4n5p6q7r8s9t0v1w2aa"}}""")]
    [TestCase("""{"kind":"ideation","experiment_id":"SOURCE","payload":{"experiment_id":"SOURCE"}}""", """{"kind":"ideation","experiment_id":"TARGET","payload":{"experiment_id":"TARGET"}}""")]
    public void A_tasks_payload_names_the_receiver_whatever_the_kind(string row, string expected)
        => Assert.That(Rewrite(RegistryKind.Tasks, row).Row, Is.EqualTo(Named(expected)));

    [TestCase("""{"state":"claimed","claim":{"worker_id":"w","x":{"claim":1}},"z":1}""", """{"state":"pending","z":1}""")]
    [TestCase("""{"claim":{"worker_id":"w"},"state":"claimed"}""", """{"state":"pending"}""")]
    [TestCase("""{ "claim" : {"worker_id":"w"} , "state" : "claimed" }""", """{"state":"pending"}""")]
    [TestCase("""{"state":"cl\u0061imed" , "claim" : { } }""", """{"state":"pending"}""")]
    [TestCase("""{"state":"claimed","cl\u0061im":{"a":[1,2]},"claims":{"claim":2}}""", """{"state":"pending","claims":{"claim":2}}""")]
    [TestCase("""{"a":{"claim":1,"state":"claimed"},"state":"claimed","claim":{}}""", """{"a":{"claim":1,"state":"claimed"},"state":"pending"}""")]
    public void A_claimed_task_becomes_pending_and_loses_its_claim(string row, string expected)
    {
        var (text, reverted) = Rewrite(RegistryKind.Tasks, row);
        Assert.That((text, reverted), Is.EqualTo((expected, 1)));
    }

    [TestCase("""{"members":["A","B","A"]}""", """{"members":["A","B"]}""")]
    [TestCase("""{"members":["A","A","A"],"x":["A","A"]}""", """{"members":["A"],"x":["A","A"]}""")]
    [TestCase("""{ "members" : [ "A" , "B" , "A" , "B" , "A" ] , "experiment_id" : "SOURCE" }""", """{"members":["A","B"],"experiment_id":"TARGET"}""")]
    [TestCase("""{"x":{"members":["A","A"]},"m\u0065mbers":["\u0077kr_01hqs3m4n5p6q7r8s9t0v1w2x3","B","A"]}""", """{"x":{"members":["A","A"]},"m\u0065mbers":["\u0077kr_01hqs3m4n5p6q7r8s9t0v1w2x3","B"]}""")]
    [TestCase("""{"members":["A","G"]}""", """{"members":["A","G"]}""")]
    [TestCase("""{"members":[]}""", """{"members":[]}""")]
    public void A_group_keeps_each_member_once(string row, string expected)
    {
        // A worker and a group with the same digits, and another worker.
        static string Members(string text) => text.Replace("\"A\"", "\"wkr_01hqs3m4n5p6q7r8s9t0v1w2x3\"", StringComparison.Ordinal)
            .Replace("\"B\"", "\"wkr_71hqs3m4n5p6q7r8s9t0v1w2x3\"", StringComparison.Ordinal).Replace("\"G\"", "\"grp_01hqs3m4n5p6q7r8s9t0v1w2x3\"", StringComparison.Ordinal);
        Assert.That(Rewrite(RegistryKind.Groups, Members(row)).Row, Is.EqualTo(Named(Members(expected))));
    }

    [TestCase("""{"state":"submitted","claim":{"worker_id":"w"}}""")]
    [TestCase("""{"state":"completed","a":{"state":"claimed"}}""")]
    public void Other_tasks_keep_state_and_claim(string row)
        => Assert.That(Rewrite(RegistryKind.Tasks, row), Is.EqualTo((row, 0)));

    [Test]
    public void A_row_without_anything_to_change_is_handed_on_as_it_is()
    {
        var row = Encoding.UTF8.GetBytes("""{"task_id":"t","kind":"ideation","status":"success"}""").AsMemory();
        Assert.That(new RowRewriter(Source, Target).Rewrite(RegistryKind.Submissions, row), Is.EqualTo((ReadOnlyMemory<byte>)row));
    }

    [Test]
    public void An_event_keeps_its_data()
        => Assert.That(
            Rewrite(RegistryKind.Events, Named("""{"event_id":"e","experiment_id":"SOURCE","data":{"experiment_id":"SOURCE","state":"claimed","claim":1}}""")).Row,
            Is.EqualTo(Named("""{"event_id":"e","experiment_id":"TARGET","data":{"experiment_id":"SOURCE","state":"claimed","claim":1}}""")));

    [Test]
    public void Members_in_any_order_with_any_white_space_give_what_a_document_model_gives([Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        TestContext.Out.WriteLine($"seed {seed}");
        var rewriter = new RowRewriter(Source, Target);
        for (var round = 0; round < 2000; round++)
        {
            string[] states = ["pending", "claimed", "submitted", "failed"];
            var state = states[random.Next(4)];
            var kind = random.Next(2) == 0 ? "ideation" : "execution";
            List<(string Name, string Value)> members =
            [
                ("task_id", "\"t\\\"{,}\""), ("kind", $"\"{kind}\""), ("state", $"\"{state}\""),
                ("payload", $$"""{"q":"},{","experiment_id":"{{Source}}","more":[{"claim":null},{}]}"""), ("x", "[[],{},1e5,\"\\\\\"]"),
            ];
            if (state is "claimed" or "submitted")
            {
                members.Add(("claim", """{"worker_id":"w","expires_at":"},"}"""));
            }

            var row = "{" + string.Join($"{Space()},{Space()}", members.OrderBy(_ => random.Next()).Select(member => $"{Space()}\"{member.Name}\"{Space()}:{Space()}{member.Value}")) + Space() + "}";
            var expected = JsonNode.Parse(row)!.AsObject();
            if (state == "claimed")
            {
                expected["state"] = "pending";
                expected.Remove("claim");
            }

            expected["payload"]!["experiment_id"] = Target;

            var actual = Encoding.UTF8.GetString(rewriter.Rewrite(RegistryKind.Tasks, Encoding.UTF8.GetBytes(row)).Span);
            if (!JsonNode.DeepEquals(JsonNode.Parse(actual), expected) || actual.Contains(' ', StringComparison.Ordinal))
            {
                Assert.Fail($"round {round}: {row} became {actual}");
            }
        }

        Assert.That(rewriter.RevertedClaims, Is.GreaterThan(0));

        string Space() => random.Next(5) == 0 ? " " : "";
    }

    private static string Named(string text) => text.Replace("SOURCE", Source, StringComparison.Ordinal).Replace("TARGET", Target, StringComparison.Ordinal);

    private static (string Row, long Reverted) Rewrite(RegistryKind kind, string row)
    {
        var rewriter = new RowRewriter(Source, Target);
        return (Encoding.UTF8.GetString(rewriter.Rewrite(kind, Encoding.UTF8.GetBytes(Named(row))).Span), rewriter.RevertedClaims);
    }
}
