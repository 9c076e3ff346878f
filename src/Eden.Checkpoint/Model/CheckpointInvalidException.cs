namespace Eden.Checkpoint;

/// <summary>The archive, its rows or its bundle break the format. Problem <c>eden://error/checkpoint-invalid</c>, status 400 (spec §9).</summary>
public sealed class CheckpointInvalidException : CheckpointException
{
    /// <summary>Creates the failure from the violations found.</summary>
    /// <param name="violations">The violations that are listed.</param>
    /// <param name="totalViolations">How many were found, listed or not; never less than the list.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointInvalidException(
        IReadOnlyList<CheckpointViolation> violations, long? totalViolations = null, Exception? innerException = null)
        : base(
            CheckpointProblem.CheckpointInvalid,
            Describe("The checkpoint is invalid", violations ?? throw new ArgumentNullException(nameof(violations)), totalViolations ?? violations.Count),
            violations,
            totalViolations,
            innerException)
    {
    }

    /// <summary>Creates the failure from one violation.</summary>
    /// <param name="violation">The violation.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointInvalidException(CheckpointViolation violation, Exception? innerException = null)
        : this([violation ?? throw new ArgumentNullException(nameof(violation))], 1, innerException)
    {
    }
}
