namespace Eden.Checkpoint.Import;

/// <summary>Everything that an import needs for its transaction.</summary>
/// <param name="Rows">The archive's rows.</param>
/// <param name="Credentials">The workers' fresh credentials, in the order of the archive.</param>
/// <param name="Artifacts">What was stored in the receiver's sink; <see langword="null"/> when nothing was to be stored.</param>
/// <param name="Warnings">What the operator should know of the preparation.</param>
internal sealed record PreparedImport(
    ImportedRows Rows, IReadOnlyList<WorkerCredential> Credentials, PlacedArtifacts? Artifacts, IReadOnlyList<CheckpointWarning> Warnings);
