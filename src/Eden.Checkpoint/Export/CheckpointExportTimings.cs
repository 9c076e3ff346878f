namespace Eden.Checkpoint;

/// <summary>The duration of each phase of an export. Immutable.</summary>
public sealed class CheckpointExportTimings
{
    /// <summary>Gets the time from opening the snapshot to its end: how long the read transaction was held.</summary>
    public TimeSpan Snapshot { get; init; }

    /// <summary>Gets how long the bundle provider took: sync and bundle.</summary>
    public TimeSpan Bundle { get; init; }

    /// <summary>Gets how long the checks between rows and the cross-reference check of the bundle took.</summary>
    public TimeSpan Validate { get; init; }

    /// <summary>Gets how long the artifacts took that an <see cref="IArtifactSource"/> gave; zero without one.</summary>
    public TimeSpan Artifacts { get; init; }

    /// <summary>Gets how long writing the archive took.</summary>
    public TimeSpan Archive { get; init; }
}
