namespace Eden.Checkpoint;

/// <summary>The subject of a <see cref="CheckpointWarning"/>.</summary>
public enum CheckpointWarningCode
{
    /// <summary>The archive's end-of-archive mark is missing or incomplete.</summary>
    ArchiveEnd,

    /// <summary>A field of the manifest is <see langword="null"/>, or asks for what is done otherwise.</summary>
    ManifestField,

    /// <summary>A count of the manifest differs from the lines of the file.</summary>
    ManifestCount,

    /// <summary>A row is odd, or a part of it was left out.</summary>
    Row,

    /// <summary>Rows that break the rules were written, since the export was told to: the archive cannot be imported.</summary>
    RowViolation,

    /// <summary>The repository or its bundle: a warning of the provider, an oddity of the bundle, or a reference outside of the cross-reference check that the bundle does not hold.</summary>
    Repository,

    /// <summary>The archive has the zero-byte placeholder instead of a bundle: the experiment cannot go on from it.</summary>
    NotResumable,

    /// <summary>Artifacts are named whose bytes are not carried: the source does not serve them, or there is no sink for them.</summary>
    ArtifactsNotCarried,

    /// <summary>The store has no place for fields of the experiment's record, which were left out.</summary>
    FieldsLeftOut,

    /// <summary>Workers got fresh credentials: where they are.</summary>
    CredentialsIssued,

    /// <summary>Workers got fresh credentials, and not all could be written where they should.</summary>
    CredentialsNotWritten,

    /// <summary>The remote refused refs that git hosts keep for themselves; the push is complete.</summary>
    RefsRefused,

    /// <summary>A file that is only needed during the import could not be removed.</summary>
    Leftover,

    /// <summary>A part of two checkpoints was not compared, since one of them does not have it or it cannot be compared.</summary>
    NotCompared,

    /// <summary>The right side of a comparison does not name the left one as the source of its import.</summary>
    Provenance,

    /// <summary>An export was given no experiment config: the archive's is empty.</summary>
    ExperimentConfigEmpty,
}
