
namespace Eden.Git;

/// <summary>The result of a check of a bundle; damage is part of it, not an exception. Immutable.</summary>
public sealed class GitBundleReport
{
    /// <summary>Gets how deep the check went.</summary>
    public GitVerification Depth { get; init; }

    /// <summary>Gets a value indicating whether the bundle is a file without a byte: nothing was checked.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Gets the faults, the first ones up to <see cref="GitLimits.MaxFaults"/>.</summary>
    public IReadOnlyList<GitFault> Faults { get; init; } = [];

    /// <summary>Gets the number of faults found, listed or not.</summary>
    public long TotalFaults { get; init; }

    /// <summary>Gets a value indicating whether no violation was found.</summary>
    public bool IsWhole => TotalFaults == 0;

    /// <summary>Gets oddities that do not make the bundle damaged.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Gets the header; <see langword="null"/> when it could not be read.</summary>
    public GitBundleHeader? Header { get; init; }

    /// <summary>Gets the number of objects in the pack; 0 when it could not be read.</summary>
    public long ObjectCount { get; init; }

    /// <summary>Gets the number of commits that the refs reach.</summary>
    public long ReachableCommitCount { get; init; }

    /// <summary>Throws when a fault was found.</summary>
    /// <exception cref="GitDamagedException">The bundle has faults.</exception>
    public void ThrowIfDamaged()
    {
        if (!IsWhole)
        {
            throw new GitDamagedException(Faults, TotalFaults);
        }
    }
}
