using System.Buffers;
using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Tests.Format.Rows;

[TestFixture]
public class JsonFaultTests
{
    [TestCase("{}")]
    [TestCase(" [1, -0.5e-999999, \"\\ud83d\\ude80 é 漢\", null, true] ")]
    [TestCase("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"A\":1,\"\":2}")]
    public void Good_json_has_no_fault(string json) => Assert.That(Find(json), Is.Null);

    [TestCase("", "not JSON")]
    [TestCase("{} {}", "not JSON")]
    [TestCase("{\"a\":1,}", "not JSON")]
    [TestCase("[1,]", "not JSON")]
    [TestCase("{/* no */}", "not JSON")]
    [TestCase("{\"a\":01}", "not JSON")]
    [TestCase("{\"a\":NaN}", "not JSON")]
    [TestCase("[Infinity]", "not JSON")]
    [TestCase("[\"a\nb\"]", "not JSON")]
    [TestCase("{\"a\":1", "not JSON")]
    [TestCase("[1,\n2,\n x]", "line 3, byte 2")]
    [TestCase("\uFEFF{}", "byte order mark")]
    [TestCase("{\"a\":1,\"b\":2,\"a\":3}", "a stands twice")]
    [TestCase("{\"a\":1,\"\\u0061\":3}", "a stands twice")]
    [TestCase("{\"x\":[0,{\"y\":1,\"y\":2}]}", "x[1].y stands twice")]
    [TestCase("[\"\\ud83d\"]", "[0] holds half of a surrogate pair")]
    [TestCase("[\"\\ud83dx\\ude80\"]", "half of a surrogate pair")]
    [TestCase("[\"\\ude80\"]", "half of a surrogate pair")]
    [TestCase("[\"\\\\\\ude80\"]", "half of a surrogate pair")]
    [TestCase("{\"\\ud83d\":1}", "half of a surrogate pair in its name")]
    public void A_fault_is_named(string json, string expected) => Assert.That(Find(json), Does.Contain(expected));

    [Test]
    public void An_escaped_backslash_before_u_is_no_escape() => Assert.That(Find("[\"\\\\ud83d\"]"), Is.Null);

    [Test]
    public void Bytes_that_are_not_utf8_are_found_with_their_place()
        => Assert.That(JsonFault.Find([(byte)'"', (byte)'a', 0xC3, 0x28, (byte)'"'], 8), Is.EqualTo("is not UTF-8 at byte 3"));

    [Test]
    public void Nesting_is_limited([Values(4, 128, 1024)] int depth)
        => Assert.Multiple(() =>
        {
            Assert.That(JsonFault.Find(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth)), depth), Is.Null);
            Assert.That(
                JsonFault.Find(Encoding.UTF8.GetBytes(new string('[', depth + 1) + new string(']', depth + 1)), depth), Does.Contain($"deeper than {depth}"));
            Assert.That(JsonFault.Find(Encoding.UTF8.GetBytes(new string('[', 100_000)), depth), Does.Contain($"deeper than {depth}"));
        });

    [Test]
    public void A_repeated_name_is_found_in_an_object_of_any_size([Values(2, 64, 65, 66, 67, 200_000)] int names, [Values] bool escaped)
    {
        var text = string.Join(',', Enumerable.Range(0, names - 1).Select(index => $"\"n{index}\":0"));
        Assert.Multiple(() =>
        {
            Assert.That(Find($"{{{text}}}"), Is.Null);
            Assert.That(Find($"{{{text},\"{(escaped ? "\\u006e0" : "n0")}\":1}}"), Is.EqualTo("n0 stands twice in its object"));
        });
    }

    [Test]
    public void Every_fault_of_a_large_object_is_counted()
    {
        var scanner = new RowScanner(8);
        var text = string.Join(',', Enumerable.Range(0, 1000).Select(index => $"\"n{index % 500}\":0"));
        Assert.That(scanner.Scan(Encoding.UTF8.GetBytes($"{{\"o\":{{{text}}}}}"), RecordShape.Empty), Is.True);
        Assert.That(scanner.TotalFaults, Is.EqualTo(500));
        Assert.That(scanner.Faults[0].Field, Does.StartWith("o.n"));
    }

    [Test]
    public void It_agrees_with_JsonDocument_and_a_name_by_name_check([Range(1, 8)] int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            var text = RandomJson.Value(random, 0);
            var bytes = Encoding.UTF8.GetBytes(text);
            if (random.Next(4) == 0 && bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
            }

            Assert.That(JsonFault.Find(bytes, 64) is null, Is.EqualTo(RandomJson.IsAcceptable(bytes)), () => $"seed {seed}: {Encoding.UTF8.GetString(bytes)}");
        }
    }

    [Test]
    public void The_minifier_keeps_the_value_and_has_nothing_left_to_do([Range(1, 8)] int seed)
    {
        var random = new Random(seed);
        var scanner = new RowScanner(64);
        for (var round = 0; round < 300; round++)
        {
            var json = Encoding.UTF8.GetBytes(RandomJson.Value(random, 0));
            if (JsonFault.Find(json, 64) is not null)
            {
                continue;
            }

            var once = Minify(json);
            Assert.That(Minify(once), Is.EqualTo(once), $"seed {seed}");
            Assert.That(scanner.Scan(once, RecordShape.Empty) && scanner.IsCompact, Is.True, () => $"seed {seed}: {Encoding.UTF8.GetString(once)}");
            scanner.Scan(json, RecordShape.Empty);
            Assert.That(scanner.IsCompact, Is.EqualTo(once.Length == json.Length), () => $"seed {seed}: {Encoding.UTF8.GetString(json)}");
            using var before = JsonDocument.Parse(json);
            using var after = JsonDocument.Parse(once);
            Assert.That(JsonElement.DeepEquals(before.RootElement, after.RootElement), Is.True, $"seed {seed}");
        }
    }

    [TestCase("{ \"a b\" : [ 1 ,\t2.50 ] }", "{\"a b\":[1,2.50]}")]
    [TestCase("{\"a\":\" \\\" \\\\\" }", "{\"a\":\" \\\" \\\\\"}")]
    [TestCase("\r\n1e400 \r\n", "1e400")]
    [TestCase("{\"a", "{\"a")]
    [TestCase("\"\\", "\"\\")]
    public void The_minifier_drops_white_space_and_nothing_else(string json, string expected)
        => Assert.That(Encoding.UTF8.GetString(Minify(Encoding.UTF8.GetBytes(json))), Is.EqualTo(expected));

    private static byte[] Minify(byte[] json)
    {
        var destination = new ArrayBufferWriter<byte>();
        JsonMinifier.Minify(json, destination);
        return destination.WrittenSpan.ToArray();
    }

    private static string? Find(string json) => JsonFault.Find(Encoding.UTF8.GetBytes(json), 128);
}
