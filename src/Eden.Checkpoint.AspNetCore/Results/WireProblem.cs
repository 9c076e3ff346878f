using System.Data.Common;
using Eden.Checkpoint.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>What a failure is on the wire: the one table from exceptions to problems (spec §9). None is without a type.</summary>
internal sealed record WireProblem(CheckpointProblem Problem, string Detail, IReadOnlyList<CheckpointViolation> Violations, long TotalViolations)
{
    private const string UnknownFault = "The server failed; its log says why.";

    // ENOSPC and EDQUOT, as .NET passes them on, and Windows' own.
    private static readonly int[] s_diskFull = OperatingSystem.IsWindows() ? [unchecked((int)0x80070070), unchecked((int)0x80070027)] : [28, OperatingSystem.IsLinux() ? 122 : 69];

    /// <summary>Gets a value indicating whether the same request may succeed later: what <c>Retry-After</c> tells.</summary>
    public bool IsRetryable { get; private init; } = Problem.IsRetryable;

    /// <summary>Gets how long whoever failed asked to be left alone; <see langword="null"/> when nobody said.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Gets a value indicating whether the failure is the server's own and belongs into its log with everything it says.</summary>
    public bool IsFault { get; private init; }

    public static WireProblem Of(Exception exception) => exception switch
    {
        // The server's own faults, whose messages are for the client too: what to find out by the recovery probe, or to have the operator set right.
        ImportOutcomeUnknownException or PostgresSchemaVersionException or PostgresSettingException => Fault(((CheckpointException)exception).Problem, exception.Message),
        StoreContentionException => Fault(CheckpointProblem.Internal, UnknownFault),

        CheckpointException known => new(known.Problem, known.Message, known.Violations, known.TotalViolations)
        {
            IsRetryable = known.IsRetryable,
            RetryAfter = known.RetryAfter,
        },

        ServerBusyException busy => new(ServerProblem.Busy, busy.Message, [], 0),

        // The server's own findings about a request: malformed, too long, too slow, cut off.
        BadHttpRequestException bad => new(OfStatus(bad.StatusCode), bad.Message, [], 0),

        // Whatever else they say may name hosts, files or statements.
        DbException { IsTransient: true } => Fault(ServerProblem.StoreUnavailable, "The store cannot be reached, or gave the request up. It may be tried again."),
        DbException { SqlState: { } code } => Fault(CheckpointProblem.Internal, $"The store refused the request with SQLSTATE {code}; the server's log says why."),
        _ when IsDiskFull(exception) => Fault(ServerProblem.DiskFull, "A disk of the server has no room left. The request may be tried again when others have ended."),
        _ => Fault(CheckpointProblem.Internal, UnknownFault),
    };

    public ProblemDocument ToDocument(string instance, int maxViolations) => new(
        Problem.Type,
        Problem.Title,
        Problem.Status,
        Detail,
        instance,
        TotalViolations == 0
            ? null
            : [.. Violations.Take(maxViolations).Select(v => new ProblemViolation(v.Rule, v.Member, v.Line, v.Record, v.Field, v.Message))],
        TotalViolations == 0 ? null : TotalViolations);

    private static WireProblem Fault(CheckpointProblem problem, string detail) => new(problem, detail, [], 0) { IsFault = true };

    private static CheckpointProblem OfStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => CheckpointProblem.BadRequest,
        StatusCodes.Status408RequestTimeout => ServerProblem.UploadTooSlow,
        StatusCodes.Status413PayloadTooLarge => ServerProblem.UploadTooLarge,
        _ => CheckpointProblem.BadRequest with { Status = status },
    };

    private static bool IsDiskFull(Exception? exception)
        => exception is not null && ((exception is IOException && s_diskFull.Contains(exception.HResult)) || IsDiskFull(exception.InnerException));
}
