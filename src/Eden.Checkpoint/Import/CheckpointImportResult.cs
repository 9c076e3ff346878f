using Eden.Git;

namespace Eden.Checkpoint;

/// <summary>The result of an import. Immutable. It holds the workers' new credentials: do not log it as a whole.</summary>
public sealed class CheckpointImportResult
{
    /// <summary>Gets the id that the experiment landed under.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>Gets the manifest of the archive.</summary>
    public required CheckpointManifest Manifest { get; init; }

    /// <summary>Gets the rows that were written, by registry.</summary>
    public required CheckpointManifestCounts RowCounts { get; init; }

    /// <summary>Gets how many claimed tasks became pending (spec §8).</summary>
    public long RevertedClaims { get; init; }

    /// <summary>Gets how many artifacts were stored in <see cref="CheckpointImportOptions.ArtifactSink"/>: each that rows name, once.</summary>
    public long ArtifactCount { get; init; }

    /// <summary>Gets the bytes of all of them together.</summary>
    public long ArtifactBytes { get; init; }

    /// <summary>Gets what the operator should know: where credentials went, what is not resumable, what was odd about the archive.</summary>
    public IReadOnlyList<CheckpointWarning> Warnings { get; init; } = [];

    /// <summary>Gets the workers' fresh credentials, in the order of the archive: the only time that the tokens are handed out.</summary>
    public IReadOnlyList<WorkerCredential> Credentials { get; init; } = [];

    /// <summary>Gets a value indicating whether every token was written into <see cref="CheckpointImportOptions.CredentialsDirectory"/>.</summary>
    public bool CredentialsWritten { get; init; }

    /// <summary>Gets the bare repository that was restored; <see langword="null"/> when none was.</summary>
    public string? RepositoryPath { get; init; }

    /// <summary>Gets what became of the push to the remote of record; <see langword="null"/> when none was asked for.</summary>
    public GitPushResult? Push { get; init; }
}
