using Eden.Checkpoint.Verification;

namespace Eden.Checkpoint.Import;

/// <summary>An archive that an import has read and found valid.</summary>
/// <param name="Checkpoint">The archive, in files of its own; disposed by whoever runs the import.</param>
/// <param name="Warnings">What is odd about it.</param>
internal sealed record TakenIn(SpooledCheckpoint Checkpoint, IReadOnlyList<CheckpointWarning> Warnings)
{
    public CheckpointManifest Manifest => Checkpoint.Report.Manifest!;
}
