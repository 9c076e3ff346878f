namespace Eden.Git;

/// <summary>Options of <see cref="GitPush"/>. Immutable.</summary>
public sealed record GitPushOptions
{
    /// <summary>Gets how to talk to the remote.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public LocalCloneOptions Connection { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = LocalCloneOptions.Default;

    /// <summary>Gets a value indicating whether refs of the remote's own that have the same names are overwritten. False by default: a remote that is not empty is then left as it is.</summary>
    public bool Force { get; init; }

    /// <summary>Gets the repository that the bundle was restored to: no sync works there meanwhile, and a complete push makes it the clone of the remote.</summary>
    /// <value>A bare repository's path; <see langword="null"/> (the default) when there is none.</value>
    public string? RestoredRepositoryPath { get; init; }

    /// <summary>Gets the ceilings to apply.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public GitLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = GitLimits.Default;

    /// <summary>Gets where temporary files go.</summary>
    /// <value>An existing directory; <see langword="null"/> (the default) for the system's temporary directory.</value>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Gets where progress is reported, in bytes, if anywhere.</summary>
    public IProgress<GitProgress>? Progress { get; init; }
}
