namespace Eden.Checkpoint;

/// <summary>The base of every failure that the checkpoint format names; one subclass per problem of spec §9.</summary>
/// <remarks>Argument mistakes are <see cref="ArgumentException"/>; database and disk failures pass through as they are.
/// Messages never hold credentials or connection strings.</remarks>
public abstract class CheckpointException : Exception
{
    private protected CheckpointException(
        CheckpointProblem problem,
        string message,
        IReadOnlyList<CheckpointViolation>? violations = null,
        long? totalViolations = null,
        Exception? innerException = null)
        : base(message, innerException)
    {
        Problem = problem;
        Violations = violations ?? [];
        TotalViolations = Math.Max(totalViolations ?? 0, Violations.Count);
    }

    /// <summary>Gets the problem: its type URI, title and HTTP status.</summary>
    public CheckpointProblem Problem { get; }

    /// <summary>Gets the problem type URI of spec §9.</summary>
    public string ProblemType => Problem.Type;

    /// <summary>Gets the HTTP status of spec §9.</summary>
    public int Status => Problem.Status;

    /// <summary>Gets a value indicating whether the same call may succeed later without a change.</summary>
    public bool IsRetryable => Problem.IsRetryable;

    /// <summary>Gets the violations found, the first ones up to <see cref="CheckpointLimits.MaxViolations"/>.</summary>
    public IReadOnlyList<CheckpointViolation> Violations { get; }

    /// <summary>Gets the number of violations found, listed or not.</summary>
    public long TotalViolations { get; }

    private protected static string Describe(string lead, IReadOnlyList<CheckpointViolation> violations, long total)
        => violations.Count == 0
            ? lead
            : total <= 1 ? $"{lead}: {violations[0]}" : $"{lead}: {violations[0]} (and {total - 1} more)";
}
