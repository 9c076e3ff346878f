namespace Eden.Checkpoint;

/// <summary>The result of an export. Immutable.</summary>
public sealed class CheckpointExportResult
{
    /// <summary>Gets the manifest as it stands in the archive.</summary>
    public required CheckpointManifest Manifest { get; init; }

    /// <summary>Gets a value indicating whether an import would accept the archive: false only where <see cref="CheckpointExportOptions.AllowRowViolations"/>
    /// let rows through that break the rules.</summary>
    public bool IsImportable { get; init; } = true;

    /// <summary>Gets a value indicating whether an experiment can go on from the archive: it can be imported and carries a repository, not the zero-byte
    /// placeholder.</summary>
    public required bool IsResumable { get; init; }

    /// <summary>Gets what the operator should know; empty when there is nothing.</summary>
    public required IReadOnlyList<CheckpointWarning> Warnings { get; init; }

    /// <summary>Gets the members in the order of the archive, with their sizes in bytes; artifacts are only counted.</summary>
    public required IReadOnlyList<CheckpointMemberSize> Members { get; init; }

    /// <summary>Gets the number of distinct artifacts in the archive.</summary>
    public long ArtifactCount { get; init; }

    /// <summary>Gets the bytes of all artifacts together.</summary>
    public long ArtifactBytes { get; init; }

    /// <summary>Gets the length of the whole archive, in bytes.</summary>
    public required long ArchiveBytes { get; init; }

    /// <summary>Gets the report of the cross-reference check that the bundle passed.</summary>
    public required CrossReferenceReport CrossReferences { get; init; }

    /// <summary>Gets how long each phase took.</summary>
    public required CheckpointExportTimings Timings { get; init; }
}
