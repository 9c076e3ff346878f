namespace Eden.Checkpoint;

/// <summary>An allowance that a comparison made use of. Immutable.</summary>
/// <param name="Allowance">The allowance, one flag.</param>
/// <param name="Name">Its name as tools print it, for example <c>claim-reverted</c>.</param>
/// <param name="Count">How often it was used.</param>
/// <param name="Samples">The first uses, up to <see cref="CheckpointComparisonOptions.MaxSamples"/>. Credentials are named by their worker and have no values.</param>
public sealed record CheckpointAllowanceUse(
    CheckpointAllowances Allowance, string Name, long Count, IReadOnlyList<CheckpointDifference> Samples);
