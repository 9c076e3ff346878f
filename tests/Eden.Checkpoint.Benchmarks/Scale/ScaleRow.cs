namespace Eden.Checkpoint.Benchmarks;

/// <summary>One kind of work on an experiment of one size.</summary>
internal sealed record ScaleRow(string Work, int Variants, long Rows, long Objects, double Seconds, MemoryPeak Peak)
{
    /// <summary>Gets the microseconds for a row.</summary>
    public double PerRow => Seconds * 1e6 / Rows;

    /// <summary>Gets the microseconds for an object.</summary>
    public double PerObject => Seconds * 1e6 / Objects;

    /// <summary>Returns the microseconds for each row that a smaller experiment does not have: start-up and credentials are in both.</summary>
    public double PerAddedRow(ScaleRow smaller) => (Seconds - smaller.Seconds) * 1e6 / (Rows - smaller.Rows);
}
