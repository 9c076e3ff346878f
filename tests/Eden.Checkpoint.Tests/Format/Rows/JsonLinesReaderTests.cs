using System.Text;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Tests.Format.Rows;

[TestFixture]
public class JsonLinesReaderTests
{
    [Test]
    public async Task No_bytes_are_no_rows()
        => Assert.That(await ReadAsync(string.Empty), Is.EqualTo((Array.Empty<string>(), Array.Empty<string>())));

    [Test]
    public async Task Lines_come_with_their_numbers([Values(1, 3, 100_000)] int chunk)
    {
        var (rows, violations) = await ReadAsync("{\"a\":1}\n{ \"b\" : 2 }\n{}\n", chunk);
        Assert.That(rows, Is.EqualTo(new[] { "1:{\"a\":1}", "2:{ \"b\" : 2 }", "3:{}" }));
        Assert.That(violations, Is.Empty);
    }

    [TestCase("{}\n{}", "1:{}|2:{}", "x.jsonl:2: the last line does not end in a newline")]
    [TestCase("\uFEFF{}\n", "1:{}", "x.jsonl:1: the file begins with a byte order mark")]
    [TestCase("{}\r\n{}\n", "1:{}|2:{}", "x.jsonl:1: the line ends in a carriage return")]
    [TestCase("{} \t\n", "1:{}", "x.jsonl:1: the line ends in white space")]
    [TestCase("{}\n\n{}\n", "1:{}|3:{}", "x.jsonl:2: the line is blank")]
    [TestCase("{}\n{}\n\n", "1:{}|2:{}", "x.jsonl:3: the line is blank")]
    [TestCase("  \n{}\n", "2:{}", "x.jsonl:1: the line is blank")]
    [TestCase("\n", "", "x.jsonl:1: the line is blank")]
    public async Task A_fault_of_a_line_is_reported_and_the_row_still_read(string text, string rows, string expected)
    {
        foreach (var chunk in new[] { 1, 100_000 })
        {
            var found = await ReadAsync(text, chunk);
            Assert.That(string.Join('|', found.Rows), Is.EqualTo(rows));
            Assert.That(found.Violations, Is.EqualTo(new[] { expected }));
        }
    }

    [Test]
    public async Task A_line_past_the_limit_is_skipped_and_the_next_one_read([Values(1, 100, 100_000)] int chunk, [Values] bool last)
    {
        var limits = new CheckpointLimits { MaxLineBytes = 256 };
        var text = new string('x', 256) + "\n" + new string('y', 300_000) + (last ? string.Empty : "\n{}\n");
        var (rows, violations) = await ReadAsync(text, chunk, limits);
        Assert.That(rows.Select(row => row.Length > 20 ? row[..3] : row), Is.EqualTo(last ? new[] { "1:x" } : ["1:x", "3:{}"]));
        Assert.That(violations, Is.EqualTo(new[] { "x.jsonl:2: the line is longer than 256 bytes" }));
    }

    [Test]
    public async Task A_line_longer_than_the_first_buffer_is_read_whole()
    {
        var line = new string('z', 1_000_000);
        var (rows, violations) = await ReadAsync($"{{}}\n{line}\n{{}}\n", 70_000);
        Assert.That(rows, Is.EqualTo(new[] { "1:{}", "2:" + line, "3:{}" }));
        Assert.That(violations, Is.Empty);
    }

    [Test]
    public void A_cancelled_read_says_so()
    {
        using var reader = new JsonLinesReader(new MemoryStream("{}\n"u8.ToArray()), "x.jsonl", CheckpointLimits.Default.MaxLineBytes, new ViolationList(1));
        Assert.That(async () => await reader.ReadAsync(new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Every_registry_has_its_own_file_and_key()
    {
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            Assert.That(RegistryFiles.FileName(kind), Is.EqualTo(RegistryFiles.ManifestKey(kind) + ".jsonl").And.EqualTo($"{kind}.jsonl".ToLowerInvariant()));
        }
    }

    private static async Task<(string[] Rows, string[] Violations)> ReadAsync(string text, int chunk = 100_000, CheckpointLimits? limits = null)
    {
        var violations = new ViolationList(100);
        var rows = new List<string>();
        using var reader = new JsonLinesReader(new ChunkedStream(Encoding.UTF8.GetBytes(text), chunk), "x.jsonl", (limits ?? CheckpointLimits.Default).MaxLineBytes, violations);
        while (await reader.ReadAsync(CancellationToken.None))
        {
            rows.Add($"{reader.Line}:{Encoding.UTF8.GetString(reader.Row.Span)}");
        }

        return ([.. rows], [.. violations.Listed.Select(violation => violation.ToString())]);
    }

    /// <summary>Hands out at most so many bytes a read.</summary>
    private sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }
}
