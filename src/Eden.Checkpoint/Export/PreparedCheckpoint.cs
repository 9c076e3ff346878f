using Eden.Checkpoint.Artifacts;

namespace Eden.Checkpoint.Export;

/// <summary>A checkpoint that has passed every check and waits in the spool: from here on only writing can fail. Disposing it lets go of the bundle.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="TakenAt">The instant of the snapshot.</param>
/// <param name="Members">What the archive consists of.</param>
/// <param name="Artifacts">The artifacts among them.</param>
/// <param name="Bundle">The bundle.</param>
/// <param name="CrossReferences">What the cross-reference check found.</param>
/// <param name="Warnings">What the operator should know.</param>
/// <param name="IsImportable">Whether an import would accept the archive.</param>
/// <param name="Times">How long the phases took.</param>
internal sealed record PreparedCheckpoint(
    CheckpointManifest Manifest,
    DateTimeOffset TakenAt,
    MemberPlan Members,
    GatheredArtifacts Artifacts,
    RepoBundle Bundle,
    CrossReferenceReport CrossReferences,
    IReadOnlyList<CheckpointWarning> Warnings,
    bool IsImportable,
    PreparationTimes Times) : IDisposable
{
    public void Dispose() => Bundle.Dispose();
}
