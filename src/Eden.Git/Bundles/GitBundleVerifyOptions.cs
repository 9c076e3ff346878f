using Eden.Shared;

namespace Eden.Git;

/// <summary>Options of <see cref="GitBundle.VerifyAsync"/>. Immutable.</summary>
public sealed record GitBundleVerifyOptions
{
    /// <summary>Gets how deep to look.</summary>
    /// <value><see cref="GitVerification.Objects"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public GitVerification Depth { get; init => field = OptionValue.Defined(value); } = GitVerification.Objects;

    /// <summary>Gets the ceilings to apply.</summary>
    public GitLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = GitLimits.Default;

    /// <summary>Gets where large delta bases may be put for a while.</summary>
    /// <value>An existing directory; <see langword="null"/> (the default) for the system's temporary directory.</value>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Gets what is told of the progress: objects scanned, then objects resolved. Called from several threads.</summary>
    public IProgress<GitProgress>? Progress { get; init; }
}
