using Eden.Checkpoint;

namespace Eden.Git;

/// <summary>What a check of a bundle found. Returned for damaged bundles too. Immutable.</summary>
public sealed record GitBundleReport
{
    /// <summary>Gets how deep the check went.</summary>
    public BundleVerification Depth { get; init; }

    /// <summary>Gets a value indicating whether the bundle is the zero-byte placeholder: nothing was checked.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Gets the violations, the first ones up to <see cref="CheckpointLimits.MaxViolations"/>.</summary>
    public IReadOnlyList<CheckpointViolation> Violations { get; init; } = [];

    /// <summary>Gets the number of violations found, listed or not.</summary>
    public long TotalViolations { get; init; }

    /// <summary>Gets a value indicating whether no violation was found.</summary>
    public bool IsValid => TotalViolations == 0;

    /// <summary>Gets oddities that do not make the bundle invalid.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Gets the header; <see langword="null"/> when it could not be read.</summary>
    public GitBundleHeader? Header { get; init; }

    /// <summary>Gets the number of objects in the pack; 0 when it could not be read.</summary>
    public long ObjectCount { get; init; }

    /// <summary>Gets the number of commits that the refs reach.</summary>
    public long ReachableCommitCount { get; init; }

    /// <summary>Throws when a violation was found.</summary>
    /// <exception cref="CheckpointInvalidException">The bundle has violations.</exception>
    public void ThrowIfInvalid()
    {
        if (!IsValid)
        {
            throw new CheckpointInvalidException(Violations, TotalViolations);
        }
    }
}
