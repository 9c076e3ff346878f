namespace Eden.Checkpoint;

/// <summary>The manifest of an import and the experiment id that its caller wants.</summary>
/// <param name="Manifest">The manifest of the checkpoint.</param>
/// <param name="AsExperimentId">The id that the experiment must land under; <see langword="null"/> for the receiver's own, and for a fresh one where it has none.</param>
public sealed record StoreImportRequest(CheckpointManifest Manifest, string? AsExperimentId = null);
