using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Import;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint;

/// <summary>The export that asks an <see cref="IRepoBundleProvider"/> for a bundle. Immutable.</summary>
/// <param name="ExperimentId">The experiment's id.</param>
/// <param name="SnapshotTakenAt">The instant of the snapshot, which has ended by now.</param>
public sealed record RepoBundleRequest(string ExperimentId, DateTimeOffset SnapshotTakenAt)
{
    /// <summary>Gets the branches and commits that the snapshot's rows name.</summary>
    public CheckpointReferences References { get; init; } = CheckpointReferences.Empty;

    /// <summary>Gets where the experiment came from; <see langword="null"/> for a native one. By this an import is settled whose process died.</summary>
    internal ImportProvenance? ImportedFrom { get; init; }

    /// <summary>Gets a private directory (0700) for temporary files, deleted when the export ends; <see langword="null"/> for one of the provider's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Gets where progress is reported, if anywhere.</summary>
    public IProgress<CheckpointProgress>? Progress { get; init; }
}
