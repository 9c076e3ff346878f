namespace Eden.Checkpoint;

/// <summary>The git side of an export failed: the remote could not be synced, the bundle could not be made although a repository is
/// configured, or the export's cross-reference check failed because a ref moved in between. Nothing was written. Problem
/// <c>eden://reference-error/checkpoint-repo-unavailable</c>, status 503 (spec §9).</summary>
/// <remarks>Retryable unless <see cref="CheckpointException.IsRetryable"/> says that somebody must do something first: a path that is no repository, a repository that is
/// shallow, corrupt or of an unsupported format, a credential or a certificate that is refused.</remarks>
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

    /// <summary>Wraps a failed cross-reference check of a freshly made bundle: a ref was deleted or moved between snapshot and bundle, or the bundle is damaged.</summary>
    /// <param name="invalid">The failed check, with every violation.</param>
    public CheckpointRepoUnavailableException(CheckpointInvalidException invalid)
        : this(
            Describe(
                Cause((invalid ?? throw new ArgumentNullException(nameof(invalid))).Violations),
                invalid.Violations,
                invalid.TotalViolations),
            invalid)
    {
        // A ref that moved is right again in the next bundle; a bundle that is damaged comes from something that is.
        IsRetryable = IsMovedRef(invalid.Violations);
    }

    // What a moved ref leaves behind is a branch or a commit that is missing; with other violations the bundle itself is at fault.
    private static string Cause(IReadOnlyList<CheckpointViolation> violations)
        => IsMovedRef(violations)
            ? "The bundle does not hold what the snapshot names; a ref was probably deleted or moved in between, so try again"
            : "The bundle that was made is not fit for an archive";

    private static bool IsMovedRef(IReadOnlyList<CheckpointViolation> violations)
        => violations.All(violation => violation.Rule is CheckpointRule.BranchReference or CheckpointRule.CommitReference);
}
