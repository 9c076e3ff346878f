using System.Globalization;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Format.Rows.Keys;
using Eden.Shared;

namespace Eden.Checkpoint.Comparison;

/// <summary>Sorts a registry by key outside memory: sorted runs of a bounded size, merged until one is left.</summary>
/// <param name="directory">Where the runs go.</param>
/// <param name="maxDepth">The deepest nesting of JSON allowed.</param>
/// <param name="budget">How many bytes of rows are held at a time; a row longer than that is held alone.</param>
internal sealed class RowSorter(TemporaryDirectory directory, int maxDepth, int budget = RowSorter.DefaultBudget)
{
    public const int DefaultBudget = 32 << 20;
    private const int RowOverhead = 64;
    private const int MostRuns = 64;

    private int _files;

    /// <summary>Gets the most bytes of rows that were held at a time.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Returns the rows in the order of their keys, compared as UTF-8 bytes; rows with the same key stay in their order.</summary>
    public async Task<SpooledRows> SortAsync(SpooledRows rows, CancellationToken cancellationToken)
    {
        if (rows.IsSorted)
        {
            return rows;
        }

        var runs = await SplitAsync(rows, cancellationToken).ConfigureAwait(false);
        while (runs.Count > 1)
        {
            // Neighbours are merged in their order, so that equal keys stay in theirs.
            var merged = new List<SpooledRows>();
            for (var first = 0; first < runs.Count;)
            {
                var group = runs.GetRange(first, GroupLength(runs, first));
                merged.Add(group.Count == 1 ? group[0] : await MergeAsync(group, cancellationToken).ConfigureAwait(false));
                first += group.Count;
            }

            runs = merged;
        }

        return runs[0] with { IsSorted = true };
    }

    /// <summary>A merge holds one row of each run: as many runs go together as keep that within the budget, two at least.</summary>
    private int GroupLength(List<SpooledRows> runs, int first)
    {
        var held = 0L;
        var length = 0;
        while (first + length < runs.Count && length < MostRuns)
        {
            held += runs[first + length].LongestRow + (1 << 16);
            if (length >= 2 && held > budget)
            {
                break;
            }

            length++;
        }

        return length;
    }

    private async Task<List<SpooledRows>> SplitAsync(SpooledRows rows, CancellationToken cancellationToken)
    {
        var runs = new List<SpooledRows>();
        var held = new List<(byte[] Key, byte[] Row, int Number)>();
        var bytes = 0L;
        var reader = new RowSpoolReader(rows, maxDepth);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var size = reader.Row.Length + reader.Key.Length + RowOverhead;
                if (held.Count > 0 && bytes + size > budget)
                {
                    runs.Add(await WriteRunAsync(rows.Kind, held, cancellationToken).ConfigureAwait(false));
                    held.Clear();
                    bytes = 0;
                }

                held.Add((reader.Key.ToArray(), reader.Row.ToArray(), held.Count));
                bytes += size;
                PeakBytes = Math.Max(PeakBytes, bytes);
            }
        }

        runs.Add(await WriteRunAsync(rows.Kind, held, cancellationToken).ConfigureAwait(false));
        File.Delete(rows.Path);
        return runs;
    }

    private async Task<SpooledRows> WriteRunAsync(
        RegistryKind kind, List<(byte[] Key, byte[] Row, int Number)> held, CancellationToken cancellationToken)
    {
        held.Sort(static (x, y) => JsonStringText.Compare(x.Key, y.Key) is var order && order != 0 ? order : x.Number.CompareTo(y.Number));
        var writer = new RowSpoolWriter(kind, NextFile());
        await using (writer.ConfigureAwait(false))
        {
            foreach (var (key, row, _) in held)
            {
                await writer.AppendAsync(row, key, cancellationToken).ConfigureAwait(false);
            }

            return await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<SpooledRows> MergeAsync(List<SpooledRows> runs, CancellationToken cancellationToken)
    {
        var readers = new List<RowSpoolReader>();
        try
        {
            var heap = new RunHeap<(RowSpoolReader Rows, int Number), Order>();
            foreach (var run in runs)
            {
                var reader = new RowSpoolReader(run, maxDepth);
                readers.Add(reader);
                if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    heap.Add((reader, readers.Count));
                }
            }

            var writer = new RowSpoolWriter(runs[0].Kind, NextFile());
            await using (writer.ConfigureAwait(false))
            {
                while (heap.Count > 0)
                {
                    var reader = heap.First.Rows;
                    await writer.AppendAsync(reader.Row, reader.Key, cancellationToken).ConfigureAwait(false);
                    heap.Advance(await reader.ReadAsync(cancellationToken).ConfigureAwait(false));
                }

                return await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var reader in readers)
            {
                await reader.DisposeAsync().ConfigureAwait(false);
            }

            foreach (var run in runs)
            {
                File.Delete(run.Path);
            }
        }
    }

    private string NextFile() => directory.File(string.Create(CultureInfo.InvariantCulture, $"sort-{Guid.NewGuid():N}-{_files++}"));

    /// <summary>By the key, and rows of an earlier run first: equal keys stay in their order.</summary>
    private readonly struct Order : IComparer<(RowSpoolReader Rows, int Number)>
    {
        public int Compare((RowSpoolReader Rows, int Number) x, (RowSpoolReader Rows, int Number) y)
            => JsonStringText.Compare(x.Rows.Key.Span, y.Rows.Key.Span) is var order && order != 0 ? order : x.Number.CompareTo(y.Number);
    }
}
