using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Comparison;

namespace Eden.Checkpoint.Tests.Comparison;

internal sealed class JsonDifferencerTests
{
    [Test]
    public void Values_written_in_two_ways_are_equal([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var json = new RandomJson(random);
        for (var round = 0; round < 500; round++)
        {
            var value = json.Value(4);
            var (left, right) = (json.Write(value), json.Write(value));
            Assert.That(Differences(left, right), Is.Empty, $"seed {seed}, round {round}: {left} against {right}");
        }
    }

    [Test]
    public void Agrees_with_a_document_based_comparison_about_changed_values([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var json = new RandomJson(random);
        var changed = 0;
        for (var round = 0; round < 500; round++)
        {
            var value = json.Value(4);
            var (left, right) = (json.Write(value), json.Write(json.Change(value)));
            using var leftDocument = JsonDocument.Parse(left);
            using var rightDocument = JsonDocument.Parse(right);
            var equal = JsonElement.DeepEquals(leftDocument.RootElement, rightDocument.RootElement);
            changed += equal ? 0 : 1;
            Assert.That(Differences(left, right).Count == 0, Is.EqualTo(equal), $"seed {seed}, round {round}: {left} against {right}");
        }

        Assert.That(changed, Is.GreaterThan(100));
    }

    [TestCase("""{"a":1,"b":{"c":[1,2]}}""", """{"b":{"c":[1,3]},"a":1.0}""", "b.c[1]: 2 | 3")]
    [TestCase("""{"a":1}""", """{}""", "a: 1 | ")]
    [TestCase("""{}""", """{"a":null}""", "a:  | null")]
    [TestCase("""[1,2]""", """[1]""", "[1]: 2 | ")]
    [TestCase("""{"a":"1"}""", """{"a":1}""", "a: \"1\" | 1")]
    [TestCase("""{"\u0061":true}""", """{"a":false}""", "a: true | false")]
    [TestCase("""[]""", """{}""", ": [] | {}")]
    public void Names_the_place_and_both_values(string left, string right, string expected)
        => Assert.That(Differences(left, right), Is.EqualTo(new[] { expected }));

    [Test]
    public void Objects_with_very_many_members_in_another_order_compare()
    {
        var names = Enumerable.Range(0, 200_000).Select(number => $"\"n{number}\":{number}").ToArray();
        var left = $"{{{string.Join(',', names)}}}";
        new Random(5).Shuffle(names);
        Assert.That(Differences(left, $"{{{string.Join(',', names)}}}"), Is.Empty);
    }

    [Test]
    public void The_deepest_rows_allowed_compare()
    {
        var left = new string('[', 1024) + new string(']', 1024);
        var right = new string('[', 1023) + "[1" + new string(']', 1024);
        Assert.That(Differences(left, right, 1024), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_very_long_path_is_shortened()
    {
        var open = string.Concat(Enumerable.Repeat("{\"a long name of a member\":", 100));
        var close = new string('}', 100);
        Assert.That(Differences($"{open}1{close}", $"{open}2{close}").Single(), Has.Length.LessThan(400).And.Contains("…: 1 | 2"));
    }

    private static List<string> Differences(string left, string right, int maxDepth = 128)
    {
        var lefts = new JsonTokens();
        var rights = new JsonTokens();
        lefts.Read(Encoding.UTF8.GetBytes(left), maxDepth);
        rights.Read(Encoding.UTF8.GetBytes(right), maxDepth);
        var sink = new Sink();
        new JsonDifferencer().Compare(lefts, rights, sink);
        return sink.Lines;
    }

    private sealed class Sink : IJsonMismatchSink
    {
        public List<string> Lines { get; } = [];

        public void OnMismatch(JsonMismatch mismatch)
            => Lines.Add($"{mismatch.Field()}: {ShownJson.Of(mismatch.Left, mismatch.LeftToken)} | {ShownJson.Of(mismatch.Right, mismatch.RightToken)}");
    }
}
