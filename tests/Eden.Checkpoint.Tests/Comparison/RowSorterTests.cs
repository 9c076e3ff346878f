using System.Text;
using Eden.Checkpoint.Comparison;
using Eden.Checkpoint.Format.Rows;
using Eden.Shared;

namespace Eden.Checkpoint.Tests.Comparison;

internal sealed class RowSorterTests
{
    [Test]
    public async Task Rows_come_out_in_the_order_of_their_keys_whatever_fits_into_memory([Values(400, 5_000, 1 << 20)] int budget, [Range(1, 3)] int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, 700)
            .Select(number => $$"""{"idea_id":"{{Key(random)}}","n":{{number}},"text":"{{new string('x', random.Next(300))}}"}""").ToList();
        using var directory = TemporaryDirectory.Create();
        var sorter = new RowSorter(directory, 16, budget);
        var sorted = await sorter.SortAsync(await SpoolAsync(directory, rows), CancellationToken.None);

        var longest = rows.Max(row => Encoding.UTF8.GetByteCount(row));
        Assert.That(await ReadAsync(sorted), Is.EqualTo(rows.OrderBy(KeyOf, StringComparer.Ordinal)), $"seed {seed}");
        Assert.That(sorted.Count, Is.EqualTo(rows.Count));
        Assert.That(sorter.PeakBytes, Is.LessThanOrEqualTo(Math.Max(budget, longest + 200)));
        Assert.That(Directory.GetFiles(directory.Path).Where(file => !Path.GetFileName(file).StartsWith('.')), Is.EqualTo(new[] { sorted.Path }), "every run is gone");

        static string KeyOf(string row) => (string)System.Text.Json.Nodes.JsonNode.Parse(row)!["idea_id"]!;
        static string Key(Random random) => random.Next(4) == 0 ? $@"\u0061{random.Next(50)}" : $"a{random.Next(50)}";
    }

    [Test]
    public async Task Sorted_rows_are_left_where_they_are()
    {
        using var directory = TemporaryDirectory.Create();
        var spooled = await SpoolAsync(directory, [.. Enumerable.Range(0, 9).Select(number => $$"""{"idea_id":"{{number}}"}""")]);
        Assert.That(spooled.IsSorted, Is.True);
        Assert.That(await new RowSorter(directory, 16).SortAsync(spooled, CancellationToken.None), Is.SameAs(spooled));
    }

    [Test]
    public async Task Rows_longer_than_the_buffer_are_read_back_whole()
    {
        using var directory = TemporaryDirectory.Create();
        List<string> rows = [.. new[] { 1, 70_000, 3, 200_000, 65_536, 10 }.Select((length, index) => $$"""{"idea_id":"{{index}}","x":"{{new string('y', length)}}"}""")];
        Assert.That(await ReadAsync(await SpoolAsync(directory, rows)), Is.EqualTo(rows));
    }

    private static async Task<SpooledRows> SpoolAsync(TemporaryDirectory directory, List<string> rows)
    {
        await using var writer = new RowSpoolWriter(RegistryKind.Ideas, directory.File("rows"));
        foreach (var row in rows)
        {
            ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(row);
            await writer.AppendAsync(bytes, RowKey.Find(RegistryKind.Ideas, bytes, 16), CancellationToken.None);
        }

        return await writer.CompleteAsync(CancellationToken.None);
    }

    private static async Task<List<string>> ReadAsync(SpooledRows rows)
    {
        var read = new List<string>();
        await using var reader = new RowSpoolReader(rows, 16);
        while (await reader.ReadAsync(CancellationToken.None))
        {
            read.Add(Encoding.UTF8.GetString(reader.Row.Span));
        }

        return read;
    }
}
