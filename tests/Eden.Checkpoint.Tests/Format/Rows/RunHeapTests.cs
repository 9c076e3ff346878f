using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Tests.Format.Rows;

[TestFixture]
public class RunHeapTests
{
    [Test]
    public void Merged_runs_come_out_sorted_and_equal_records_in_the_order_of_their_runs([Values(0, 1, 2, 7, 64)] int runs, [Range(1, 3)] int seed)
    {
        var random = new Random(seed);
        var sorted = Enumerable.Range(0, runs)
            .Select(run => Enumerable.Range(0, random.Next(1, 50)).Select(_ => random.Next(100)).Order().Select(key => (Key: key, Run: run)).ToArray()).ToArray();
        var heap = new RunHeap<IEnumerator<(int Key, int Run)>, ByKeyAndRun>();
        foreach (var run in sorted)
        {
            var records = run.AsEnumerable().GetEnumerator();
            records.MoveNext();
            heap.Add(records);
        }

        var merged = new List<(int Key, int Run)>();
        while (heap.Count > 0)
        {
            merged.Add(heap.First.Current);
            heap.Advance(heap.First.MoveNext());
        }

        Assert.That(merged, Is.EqualTo(sorted.SelectMany(run => run).OrderBy(record => record.Key).ThenBy(record => record.Run)), $"seed {seed}");
    }

    private readonly struct ByKeyAndRun : IComparer<IEnumerator<(int Key, int Run)>>
    {
        public int Compare(IEnumerator<(int Key, int Run)>? x, IEnumerator<(int Key, int Run)>? y) => x!.Current.CompareTo(y!.Current);
    }
}
