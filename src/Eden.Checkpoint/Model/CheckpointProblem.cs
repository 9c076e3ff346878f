namespace Eden.Checkpoint;

/// <summary>What a failure is called on the wire: one row of the problem table of spec §9, or one of the two that the table does not have.</summary>
/// <param name="Type">The problem type URI, for example <c>eden://error/checkpoint-invalid</c>.</param>
/// <param name="Title">A short fixed title.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="IsRetryable">Whether the same request may succeed later without a change.</param>
public sealed record CheckpointProblem(string Type, string Title, int Status, bool IsRetryable)
{
    /// <summary>A malformed archive, bad rows, or a failed cross-reference check; 400.</summary>
    public static CheckpointProblem CheckpointInvalid { get; } = new("eden://error/checkpoint-invalid", "The checkpoint is invalid", 400, false);

    /// <summary>An unrecognised format version asked of an export, or an empty upload; 400.</summary>
    public static CheckpointProblem BadRequest { get; } = new("eden://error/bad-request", "Bad request", 400, false);

    /// <summary>The header or override names another experiment; 400.</summary>
    public static CheckpointProblem ExperimentIdMismatch { get; } = new("eden://error/experiment-id-mismatch", "Another experiment was named", 400, false);

    /// <summary>No or bad bearer; 401.</summary>
    public static CheckpointProblem Unauthorized { get; } = new("eden://error/unauthorized", "Unauthorized", 401, false);

    /// <summary>A worker's bearer on an admin route; 403.</summary>
    public static CheckpointProblem Forbidden { get; } = new("eden://error/forbidden", "Forbidden", 403, false);

    /// <summary>No such experiment; 404.</summary>
    public static CheckpointProblem NotFound { get; } = new("eden://error/not-found", "No such experiment", 404, false);

    /// <summary>The format version is not "1"; 409.</summary>
    public static CheckpointProblem UnsupportedCheckpointVersion { get; } = new("eden://error/unsupported-checkpoint-version", "Unsupported checkpoint format version", 409, false);

    /// <summary>The spec version is not "v0"; 409.</summary>
    public static CheckpointProblem SpecVersionMismatch { get; } = new("eden://error/spec-version-mismatch", "Spec version mismatch", 409, false);

    /// <summary>The import target is not empty, or the id override collides; 409.</summary>
    public static CheckpointProblem ExperimentIdConflict { get; } = new("eden://error/experiment-id-conflict", "The target experiment is not empty", 409, false);

    /// <summary>The remote could not be synced, the bundle could not be made, or the export's cross-reference check failed; 503, retryable.</summary>
    public static CheckpointProblem RepoUnavailable { get; } = new("eden://reference-error/checkpoint-repo-unavailable", "The repository of record is unavailable", 503, true);

    /// <summary>The store broke off while an import was committed, and nobody can say yet whether it took place; 500. Not in spec §9.</summary>
    public static CheckpointProblem ImportOutcomeUnknown { get; } = new("eden://reference-error/import-outcome-unknown", "It is not known whether the import took place", 500, false);

    /// <summary>The store or its settings keep the operation from what it must do; 500. Not in spec §9.</summary>
    public static CheckpointProblem Internal { get; } = new("eden://reference-error/internal", "The server failed", 500, false);
}
