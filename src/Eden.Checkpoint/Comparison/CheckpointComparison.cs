namespace Eden.Checkpoint;

/// <summary>The result of a comparison. Immutable.</summary>
public sealed class CheckpointComparison
{
    /// <summary>Gets a value indicating whether both sides are equal but for the <see cref="Allowances"/> listed.</summary>
    public bool IsEqual => TotalDifferences == 0;

    /// <summary>Gets the differences, the first ones up to <see cref="CheckpointComparisonOptions.MaxDifferences"/>.</summary>
    public IReadOnlyList<CheckpointDifference> Differences { get; init; } = [];

    /// <summary>Gets the number of differences, listed or not.</summary>
    public long TotalDifferences { get; init; }

    /// <summary>Gets the allowances that were used, in the order of <see cref="CheckpointAllowances"/>; none when the sides are equal to the last value.</summary>
    public IReadOnlyList<CheckpointAllowanceUse> Allowances { get; init; } = [];

    /// <summary>Gets the rows read, for each of the seven registries in archive order.</summary>
    public IReadOnlyList<CheckpointRowCount> Rows { get; init; } = [];

    /// <summary>Gets what was compared of the repositories; <see langword="null"/> when a side gives none, which is a warning too.</summary>
    public CheckpointRepositoryComparison? Repository { get; init; }

    /// <summary>Gets what the operator should know: what could not be compared, and what a side's archive was warned about.</summary>
    public IReadOnlyList<CheckpointWarning> Warnings { get; init; } = [];

    /// <summary>Gets the name of the left side.</summary>
    public required string LeftName { get; init; }

    /// <summary>Gets the name of the right side.</summary>
    public required string RightName { get; init; }
}
