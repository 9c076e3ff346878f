using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Options of <see cref="RemoteRepoBundleProvider"/>. Immutable.</summary>
public sealed record RemoteRepoBundleOptions
{
    /// <summary>Gets how the remote is talked to; its logger and clock serve the bundle too.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public LocalCloneOptions Sync { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = LocalCloneOptions.Default;

    /// <summary>Gets what becomes of a variant whose work branch was deleted.</summary>
    /// <value><see cref="MissingWorkBranches.Refuse"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public MissingWorkBranches MissingWorkBranches { get; init => field = OptionValue.Defined(value); }

    /// <summary>Gets the ceilings.</summary>
    /// <value><see cref="CheckpointLimits.Default"/> by default.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointLimits.Default;
}
