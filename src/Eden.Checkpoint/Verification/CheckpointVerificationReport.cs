namespace Eden.Checkpoint;

/// <summary>The result of a verification. Immutable and thread-safe.</summary>
public sealed class CheckpointVerificationReport
{
    /// <summary>Gets a value indicating whether an import would accept the archive.</summary>
    public bool IsValid => Problem is null;

    /// <summary>Gets a value indicating whether an experiment can go on from the archive: it is valid and its bundle is not the zero-byte placeholder.</summary>
    public bool IsResumable => IsValid && HasBundle;

    /// <summary>Gets what an import would answer; <see langword="null"/> for a valid archive.</summary>
    public CheckpointProblem? Problem { get; init; }

    /// <summary>Gets the problem in words: the first violation, or the version that is not read; <see langword="null"/> for a valid archive.</summary>
    public string? Detail { get; init; }

    /// <summary>Gets the violations, the first ones up to <see cref="CheckpointLimits.MaxViolations"/>. None when the version is another one.</summary>
    public IReadOnlyList<CheckpointViolation> Violations { get; init; } = [];

    /// <summary>Gets the number of violations, listed or not.</summary>
    public long TotalViolations { get; init; }

    /// <summary>Gets what is odd but does no harm. Of warnings about rows the first ones up to <see cref="CheckpointLimits.MaxViolations"/> are listed,
    /// and a last line counts the rest.</summary>
    public IReadOnlyList<CheckpointWarning> Warnings { get; init; } = [];

    /// <summary>Gets the manifest; <see langword="null"/> when there is none that can be used.</summary>
    public CheckpointManifest? Manifest { get; init; }

    /// <summary>Gets the rows that were counted in the files. Partial when the archive is damaged.</summary>
    public CheckpointManifestCounts RowCounts { get; init; } = new();

    /// <summary>Gets the outcome of the cross-reference check; <see langword="null"/> when the archive had no bundle to check or could not be read to its end.</summary>
    public CrossReferenceReport? CrossReferences { get; init; }

    /// <summary>Gets a value indicating whether the archive holds a bundle that is not the zero-byte placeholder.</summary>
    public bool HasBundle { get; init; }

    /// <summary>Gets the sizes of the members that the layout names, in the order of the archive. Artifacts are only counted.</summary>
    public IReadOnlyList<CheckpointMemberSize> Members { get; init; } = [];

    /// <summary>Gets the number of artifacts.</summary>
    public long ArtifactCount { get; init; }

    /// <summary>Gets the length of all artifacts together, in bytes.</summary>
    public long ArtifactBytes { get; init; }

    /// <summary>Gets the number of bytes read from the archive.</summary>
    public long ArchiveBytes { get; init; }

    /// <summary>Throws what an import would throw.</summary>
    /// <exception cref="UnsupportedCheckpointVersionException">The format version is not "1".</exception>
    /// <exception cref="SpecVersionMismatchException">The spec version is not "v0".</exception>
    /// <exception cref="CheckpointInvalidException">There are violations; it carries those that are listed.</exception>
    public void ThrowIfInvalid()
    {
        if (Problem == CheckpointProblem.UnsupportedCheckpointVersion)
        {
            throw new UnsupportedCheckpointVersionException(Detail ?? Problem.Title);
        }

        if (Problem == CheckpointProblem.SpecVersionMismatch)
        {
            throw new SpecVersionMismatchException(Detail ?? Problem.Title);
        }

        if (Problem is not null)
        {
            throw new CheckpointInvalidException(Violations, TotalViolations);
        }
    }
}
