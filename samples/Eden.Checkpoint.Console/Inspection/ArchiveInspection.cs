using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Inspection;

/// <summary>What an archive holds, read without judging it.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Experiment">The runtime record as it stands, or none when the archive has none.</param>
/// <param name="Members">What the manifest names, in the archive's order.</param>
/// <param name="Rows">The lines counted, by registry.</param>
/// <param name="Artifacts">How many artifact files there are.</param>
/// <param name="ArtifactBytes">Their size.</param>
/// <param name="Bundle">The header of the bundle; <see langword="null"/> for the placeholder.</param>
/// <param name="Lineage">The variants.</param>
/// <param name="Bytes">The length of the archive file.</param>
internal sealed record ArchiveInspection(
    CheckpointManifest Manifest,
    ReadOnlyMemory<byte> Experiment,
    IReadOnlyList<Output.MemberLine> Members,
    IReadOnlyDictionary<RegistryKind, long> Rows,
    long Artifacts,
    long ArtifactBytes,
    GitBundleHeader? Bundle,
    Lineage Lineage,
    long Bytes)
{
    public bool IsResumable => Bundle is not null;
}
