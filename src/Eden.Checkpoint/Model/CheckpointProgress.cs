using Eden.Git;

namespace Eden.Checkpoint;

/// <summary>A step of a long operation.</summary>
/// <param name="Phase">What is being done.</param>
/// <param name="Completed">How much of it is done, in the phase's unit.</param>
/// <param name="Total">How much there is, or <see langword="null"/> when it is not known beforehand.</param>
/// <param name="Item">What is at hand, for example a member name; <see langword="null"/> when there is nothing to name.</param>
public readonly record struct CheckpointProgress(CheckpointPhase Phase, long Completed, long? Total, string? Item = null)
{
    /// <summary>Makes a step of the git engine one of a checkpoint: a fetch is <see cref="CheckpointPhase.Sync"/>, a check
    /// <see cref="CheckpointPhase.Validate"/>; the other phases have the same names. Amounts and item stay as they are.</summary>
    /// <param name="progress">The engine's step.</param>
    public static CheckpointProgress From(GitProgress progress) => new(
        progress.Phase switch
        {
            GitPhase.Fetch => CheckpointPhase.Sync,
            GitPhase.Bundle => CheckpointPhase.Bundle,
            GitPhase.Push => CheckpointPhase.Push,
            _ => CheckpointPhase.Validate,
        },
        progress.Completed,
        progress.Total,
        progress.Item);
}
