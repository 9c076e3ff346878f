using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Options of a verification. Immutable.</summary>
public sealed record CheckpointVerificationOptions
{
    /// <summary>Gets how deep the bundle is checked.</summary>
    /// <value><see cref="GitVerification.Objects"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public GitVerification Depth { get; init => field = OptionValue.Defined(value); } = GitVerification.Objects;

    /// <summary>Gets the limits on the archive, its rows and its bundle.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointLimits.Default;

    /// <summary>Gets the directory in which temporary files may be made; <see langword="null"/> for the system's. The bundle is spooled
    /// there, and so are rows that come before the manifest; artifacts never.</summary>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Gets where progress is reported, if anywhere.</summary>
    public IProgress<CheckpointProgress>? Progress { get; init; }
}
