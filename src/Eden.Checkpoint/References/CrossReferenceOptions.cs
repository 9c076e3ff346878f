using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Options of a cross-reference check. Immutable.</summary>
public sealed record CrossReferenceOptions
{
    /// <summary>Gets how deep the bundle is checked.</summary>
    /// <value><see cref="GitVerification.Objects"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public GitVerification Depth { get; init => field = OptionValue.Defined(value); } = GitVerification.Objects;

    /// <summary>Gets the limits on the bundle and on the list of violations.</summary>
    public CheckpointLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointLimits.Default;

    /// <summary>Gets the directory in which temporary files may be made; <see langword="null"/> for the system's.</summary>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Gets where progress is reported, if anywhere.</summary>
    public IProgress<CheckpointProgress>? Progress { get; init; }
}
