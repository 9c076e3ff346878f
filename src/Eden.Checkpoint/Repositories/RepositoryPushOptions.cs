using Eden.Checkpoint.Repositories;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Options of <see cref="RepositoryPush"/>. Immutable.</summary>
public sealed record RepositoryPushOptions
{
    /// <summary>Gets how the remote is talked to, and where its credential comes from.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public LocalCloneOptions Connection { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = LocalCloneOptions.Default;

    /// <summary>Gets a value indicating whether refs that the remote has may be overwritten. Others that it has stay.</summary>
    public bool Force { get; init; }

    /// <summary>Gets the ceilings.</summary>
    /// <value><see cref="CheckpointLimits.Default"/> by default.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointLimits.Default;

    /// <summary>Gets the directory in which the private temporary directory is made, for a bundle of the repository; <see langword="null"/> for the system's.</summary>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Gets where progress is reported, in bytes, if anywhere.</summary>
    public IProgress<CheckpointProgress>? Progress { get; init; }

    internal GitPushOptions ForGit => new()
    {
        Connection = Connection,
        Force = Force,
        Limits = Limits.ToGitLimits(),
        TemporaryDirectory = TemporaryDirectory,
        Progress = GitProgressRelay.To(Progress),
    };
}
