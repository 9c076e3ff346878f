using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>A table of work that we and a peer do in turn, each in processes of its own; a row shows medians and their ratio.</summary>
internal sealed class PairedRuns(int rounds)
{
    public void WriteHead()
    {
        Surroundings.Write($"medians of {rounds} paired runs, whole processes; peaks are anonymous memory + mapped files.");
        Console.WriteLine("| work | history | objects | ours | git | ratio | our peak | git's peak | peer |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|---|");
    }

    /// <summary>Measures one kind of work.</summary>
    /// <param name="begins">What both runs begin with: the work, the history, its objects.</param>
    /// <param name="peer">What the peer runs.</param>
    /// <param name="prepare">Makes the state that each pair of runs finds.</param>
    /// <param name="mine">Our run.</param>
    /// <param name="gits">The peer's.</param>
    public async Task RowAsync((string Work, string History, long Objects) begins, string peer, Action prepare, Func<Task<Measurement>> mine, Func<Task<Measurement>> gits)
    {
        List<Measurement> a = [], b = [];
        for (var round = 0; round < rounds; round++)
        {
            prepare();
            a.Add(await mine());
            b.Add(await gits());
        }

        var (mineTime, gitTime) = (a.Median(), b.Median());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {begins.Work} | {begins.History} | {begins.Objects:N0} | {mineTime:F2} s | {gitTime:F2} s | {mineTime / gitTime:F2} | {a.MedianPeak()} | {b.MedianPeak()} | {peer} |"));
    }
}
