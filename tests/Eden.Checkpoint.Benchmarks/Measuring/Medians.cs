namespace Eden.Checkpoint.Benchmarks;

/// <summary>What several runs come to.</summary>
internal static class Medians
{
    /// <summary>Returns the median wall time in seconds.</summary>
    public static double Median(this IEnumerable<Measurement> measurements) => measurements.Select(static m => m.Elapsed.TotalSeconds).Median();

    public static MemoryPeak MedianPeak(this IReadOnlyList<Measurement> measurements)
        => new((long)measurements.Select(static m => (double)m.Peak.Anonymous).Median(), (long)measurements.Select(static m => (double)m.Peak.Mapped).Median());

    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
