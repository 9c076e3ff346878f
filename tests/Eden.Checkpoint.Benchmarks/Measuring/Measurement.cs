namespace Eden.Checkpoint.Benchmarks;

/// <summary>A finished process, or several in a row: wall time, the most memory of any one of them, and the beginning of what was printed.</summary>
internal sealed record Measurement(TimeSpan Elapsed, MemoryPeak Peak, string Output)
{
    public static Measurement operator +(Measurement first, Measurement second)
        => new(first.Elapsed + second.Elapsed, first.Peak.With(second.Peak), first.Output + second.Output);
}
