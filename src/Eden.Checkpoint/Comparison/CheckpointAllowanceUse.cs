namespace Eden.Checkpoint;

/// <summary>An allowance that a comparison made use of. Immutable.</summary>
public sealed class CheckpointAllowanceUse
{
    /// <summary>Gets the allowance, one flag.</summary>
    public required CheckpointAllowances Allowance { get; init; }

    /// <summary>Gets its name as tools print it, for example <c>claim-reverted</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets how often it was used.</summary>
    public required long Count { get; init; }

    /// <summary>Gets the first uses, up to <see cref="CheckpointComparisonOptions.MaxSamples"/>. Credentials are named by their worker and have no values.</summary>
    public IReadOnlyList<CheckpointDifference> Samples { get; init; } = [];
}
