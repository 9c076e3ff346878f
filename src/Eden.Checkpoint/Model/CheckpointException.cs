using Eden.Checkpoint.Model;
using Eden.Git;

namespace Eden.Checkpoint;

/// <summary>The base of every failure that this library has a name for: one subclass per problem of spec §9, and a few for stores.</summary>
/// <remarks>Argument mistakes are <see cref="ArgumentException"/>; database and disk failures pass through as they are.
/// Messages never hold credentials or connection strings.</remarks>
public abstract class CheckpointException : Exception
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1);

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
        IsRetryable = problem.IsRetryable;
    }

    /// <summary>Gets the problem: its type URI, title and HTTP status.</summary>
    public CheckpointProblem Problem { get; }

    /// <summary>Gets the problem type URI.</summary>
    public string ProblemType => Problem.Type;

    /// <summary>Gets the HTTP status.</summary>
    public int Status => Problem.Status;

    /// <summary>Gets a value indicating whether the same call may succeed later without anybody changing anything.</summary>
    /// <value>What the problem says by default. A failure that waiting does not cure says no, whatever its problem says: a path that is no repository, a refused credential.</value>
    public bool IsRetryable { get; init; }

    /// <summary>Gets how long whoever failed asked to be left alone, for example a git host that answered 429; <see langword="null"/> when nobody said.</summary>
    /// <value>More than zero, up to a day.</value>
    public TimeSpan? RetryAfter
    {
        get;
        init => field = value is null || value.Value <= TimeSpan.Zero ? null : value.Value > s_longestWait ? s_longestWait : value;
    }

    /// <summary>Gets the violations found, the first ones up to <see cref="CheckpointLimits.MaxViolations"/>.</summary>
    public IReadOnlyList<CheckpointViolation> Violations { get; }

    /// <summary>Gets the number of violations found, listed or not.</summary>
    public long TotalViolations { get; }

    /// <summary>Makes a failure of the git engine one of the checkpoint format: <see cref="CheckpointInvalidException"/> where a bundle has faults,
    /// <see cref="CheckpointRepoUnavailableException"/> for everything else, with the same message and the same answer to whether trying again can help.</summary>
    /// <param name="failure">The engine's failure; it becomes the inner exception.</param>
    /// <returns>The exception, which is not thrown.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="failure"/> is <see langword="null"/>.</exception>
    public static CheckpointException From(GitException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure is GitDamagedException { TotalFaults: > 0 } damage ? damage.ToInvalid() : failure.ToUnavailable();
    }

    private protected static string Describe(string lead, IReadOnlyList<CheckpointViolation> violations, long total)
        => violations.Count == 0
            ? lead
            : total <= 1 ? $"{lead}: {violations[0]}" : $"{lead}: {violations[0]} (and {total - 1} more)";
}
