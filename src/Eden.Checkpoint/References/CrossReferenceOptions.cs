using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>How a cross-reference check is done. Immutable.</summary>
public sealed record CrossReferenceOptions
{
    /// <summary>Gets how deep the bundle is checked.</summary>
    /// <value><see cref="BundleVerification.Objects"/> by default.</value>
    public BundleVerification Depth { get; init; } = BundleVerification.Objects;

    /// <summary>Gets the limits on the bundle and on the list of violations.</summary>
    public CheckpointLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointLimits.Default;

    /// <summary>Gets the directory in which temporary files may be made; <see langword="null"/> for the system's.</summary>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Gets where progress is reported, if anywhere.</summary>
    public IProgress<CheckpointProgress>? Progress { get; init; }
}
