using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Tests.Comparison;

namespace Eden.Checkpoint.Tests.Artifacts;

internal sealed class ArtifactUriRewriterTests
{
    [TestCase(RegistryKind.Ideas, """{"artifacts_uri":"u:1","executor_artifacts_uri":"u:2"}""", "u:1")]
    [TestCase(RegistryKind.Variants, """{"executor_artifacts_uri":"u:2","x":{"artifacts_uri":"u:3"},"artifacts_uri":"u:1"}""", "u:2 u:1")]
    [TestCase(RegistryKind.Submissions, """{ "\u0061rtifacts_uri" : "u:\u0031" }""", "u:1")]
    [TestCase(RegistryKind.Submissions, """{"list":[{"artifacts_uri":"u:1"}],"evaluation":{"artifacts_uri":"u:2"}}""", "")]
    [TestCase(RegistryKind.Ideas, """{"artifacts_uri":{"artifacts_uri":"u:1"}}""", "")]
    [TestCase(RegistryKind.Tasks, """{"artifacts_uri":"u:1"}""", "")]
    [TestCase(RegistryKind.Events, """{"artifacts_uri":"u:1"}""", "")]
    public void Lists_the_artifact_uris_of_the_row_itself(RegistryKind kind, string row, string expected)
    {
        var uris = new List<string>();
        ArtifactUriRewriter.Collect(kind, Encoding.UTF8.GetBytes(row), uris);
        Assert.That(string.Join(' ', uris), Is.EqualTo(expected));
    }

    [TestCase("""{"a":1.0,"artifacts_uri":"u:1","z":"\u00e9"}""", """{"a":1.0,"artifacts_uri":"new","z":"\u00e9"}""")]
    [TestCase("""{ "artifacts_uri" : "u:1" , "executor_artifacts_uri":"u:22" }""", """{ "artifacts_uri" : "new" , "executor_artifacts_uri":"u:22" }""")]
    [TestCase("""{"artifacts_uri":"\u0075:1"}""", """{"artifacts_uri":"new"}""")]
    public void Replaces_the_uri_and_leaves_every_other_byte(string row, string expected)
        => Assert.That(Rewrite(RegistryKind.Variants, row, uri => uri == "u:1" ? "new" : null), Is.EqualTo(expected));

    [Test]
    public void A_row_without_anything_to_replace_is_not_written()
    {
        var destination = new ArrayBufferWriter<byte>();
        Assert.That(ArtifactUriRewriter.Rewrite(RegistryKind.Ideas, """{"artifacts_uri":"u:1"}"""u8, _ => null, destination), Is.False);
        Assert.That(destination.WrittenCount, Is.Zero);
    }

    [Test]
    public void A_replacement_is_escaped_where_json_asks_for_it()
    {
        var row = Rewrite(RegistryKind.Ideas, """{"artifacts_uri":"u:1"}""", _ => "file:///a+b&c?\"\\");
        Assert.That(row, Is.EqualTo("""{"artifacts_uri":"file:///a+b&c?\"\\"}"""));
    }

    [Test]
    public void Agrees_with_a_document_based_rewriting_on_random_rows([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        var json = new RandomJson(random);
        var rewritten = 0;
        for (var round = 0; round < 300; round++)
        {
            var members = Enumerable.Range(0, random.Next(5)).ToDictionary(number => $"m{number}", _ => json.Value(3));
            foreach (var name in new[] { "artifacts_uri", "executor_artifacts_uri" })
            {
                if (random.Next(2) == 0)
                {
                    members[name] = random.Next(4) == 0 ? json.Value(2) : $"u:{random.Next(3)}";
                }
            }

            var row = json.Write(members);
            var kind = (RegistryKind)random.Next(7);
            var expected = JsonNode.Parse(row)!.AsObject();
            foreach (var name in kind switch
            {
                RegistryKind.Variants => ["artifacts_uri", "executor_artifacts_uri"],
                RegistryKind.Ideas or RegistryKind.Submissions => ["artifacts_uri"],
                _ => Array.Empty<string>(),
            })
            {
                if (expected[name] is JsonValue value && value.TryGetValue<string>(out var uri) && uri is "u:0" or "u:1")
                {
                    expected[name] = $"new:{uri}";
                    rewritten++;
                }
            }

            var actual = Rewrite(kind, row, uri => uri is "u:0" or "u:1" ? $"new:{uri}" : null);
            Assert.That(JsonNode.DeepEquals(JsonNode.Parse(actual), expected), Is.True, $"seed {seed}, round {round}: {row} became {actual}");
        }

        Assert.That(rewritten, Is.Positive);
    }

    private static string Rewrite(RegistryKind kind, string row, Func<string, string?> resolve)
    {
        var destination = new ArrayBufferWriter<byte>();
        return ArtifactUriRewriter.Rewrite(kind, Encoding.UTF8.GetBytes(row), resolve, destination) ? Encoding.UTF8.GetString(destination.WrittenSpan) : row;
    }
}
