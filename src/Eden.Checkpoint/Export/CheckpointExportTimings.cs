namespace Eden.Checkpoint;

/// <summary>How long the phases of an export took.</summary>
/// <param name="Snapshot">From opening the snapshot to its end: how long the read transaction was held.</param>
/// <param name="Bundle">The bundle provider: sync and bundle.</param>
/// <param name="Validate">The checks between rows, and the §12 check of the bundle.</param>
/// <param name="Archive">Writing the archive.</param>
public sealed record CheckpointExportTimings(TimeSpan Snapshot, TimeSpan Bundle, TimeSpan Validate, TimeSpan Archive)
{
    /// <summary>Gets how long the artifacts took that an <see cref="IArtifactSource"/> gave; zero without one.</summary>
    public TimeSpan Artifacts { get; init; }
}
