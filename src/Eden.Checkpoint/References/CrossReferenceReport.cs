namespace Eden.Checkpoint;

/// <summary>The result of a cross-reference check. Immutable.</summary>
public sealed class CrossReferenceReport
{
    /// <summary>Gets a value indicating whether nothing was found wrong. True as well when the check was skipped.</summary>
    public bool IsValid => TotalViolations == 0;

    /// <summary>Gets a value indicating whether there was nothing to check: the bundle is the zero-byte placeholder.</summary>
    public bool Skipped { get; init; }

    /// <summary>Gets the violations, the first ones up to <see cref="CheckpointLimits.MaxViolations"/>.</summary>
    public IReadOnlyList<CheckpointViolation> Violations { get; init; } = [];

    /// <summary>Gets the number of violations, listed or not.</summary>
    public long TotalViolations { get; init; }

    /// <summary>Gets what is odd but does not make the bundle invalid; the code is <see cref="CheckpointWarningCode.Repository"/>.</summary>
    public IReadOnlyList<CheckpointWarning> Warnings { get; init; } = [];

    /// <summary>Gets the number of refs in the bundle.</summary>
    public long RefCount { get; init; }

    /// <summary>Gets the number of objects in the bundle's pack.</summary>
    public long ObjectCount { get; init; }

    /// <summary>Gets the number of commits that the bundle's refs reach.</summary>
    public long ReachableCommitCount { get; init; }

    /// <summary>Throws when the check failed.</summary>
    /// <exception cref="CheckpointInvalidException">There are violations; it carries them all.</exception>
    public void ThrowIfInvalid()
    {
        if (!IsValid)
        {
            throw new CheckpointInvalidException(Violations, TotalViolations);
        }
    }
}
