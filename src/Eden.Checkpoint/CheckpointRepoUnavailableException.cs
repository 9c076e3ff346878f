namespace Eden.Checkpoint;

/// <summary>The git side of an export failed: the remote could not be synced, the bundle could not be made although a repository is
/// configured, or the export-side §12 check failed because a ref moved in between. Nothing was written. Problem
/// <c>eden://reference-error/checkpoint-repo-unavailable</c>, status 503, retryable (spec §9).</summary>
public sealed class CheckpointRepoUnavailableException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointRepoUnavailableException(string message, Exception? innerException = null)
        : base(
            CheckpointProblem.RepoUnavailable,
            message,
            (innerException as CheckpointException)?.Violations,
            (innerException as CheckpointException)?.TotalViolations,
            innerException)
    {
    }

    /// <summary>Wraps a failed §12 check of a freshly made bundle: a ref was deleted or moved between snapshot and bundle, or the bundle is damaged.</summary>
    /// <param name="invalid">The failed check, with every violation.</param>
    public CheckpointRepoUnavailableException(CheckpointInvalidException invalid)
        : this(
            Describe(
                Cause((invalid ?? throw new ArgumentNullException(nameof(invalid))).Violations),
                invalid.Violations,
                invalid.TotalViolations),
            invalid)
    {
    }

    // What a moved ref leaves behind is a branch or a commit that is missing; with other violations the bundle itself is at fault.
    private static string Cause(IReadOnlyList<CheckpointViolation> violations)
        => violations.All(violation => violation.Rule is CheckpointRule.BranchReference or CheckpointRule.CommitReference)
            ? "The bundle does not hold what the snapshot names; a ref was probably deleted or moved in between, so try again"
            : "The bundle that was made is not fit for an archive";
}
