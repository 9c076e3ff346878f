namespace Eden.Checkpoint.Comparison;

/// <summary>Notes only whether two rows differ in what is not allowed.</summary>
internal sealed class MismatchProbe(RecordAllowances allowances) : IJsonMismatchSink
{
    /// <summary>Gets a value indicating whether every mismatch since <see cref="Begin"/> is allowed.</summary>
    public bool IsMatch { get; private set; }

    /// <summary>Turns to two rows.</summary>
    public void Begin() => IsMatch = true;

    public void OnMismatch(JsonMismatch mismatch) => IsMatch &= allowances.For(mismatch) != CheckpointAllowances.None;
}
