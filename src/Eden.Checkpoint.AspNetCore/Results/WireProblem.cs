using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>What a failure is on the wire: the one table from exceptions to problems (spec §9).</summary>
internal sealed record WireProblem(CheckpointProblem Problem, string Detail, IReadOnlyList<CheckpointViolation> Violations, long TotalViolations)
{
    private static readonly CheckpointProblem s_internal = Untyped(StatusCodes.Status500InternalServerError);

    /// <summary>Gets a value indicating whether the failure is the server's own and belongs into its log with everything it says.</summary>
    public bool IsFault => Problem.Status == StatusCodes.Status500InternalServerError;

    public static WireProblem Of(Exception exception) => exception switch
    {
        CheckpointException known => new(known.Problem, known.Message, known.Violations, known.TotalViolations),

        // The server's own findings about a request: too long, too slow, cut off.
        BadHttpRequestException bad => new(Untyped(bad.StatusCode), bad.Message, [], 0),

        // Its message is for the client, who must find out by the recovery probe.
        ImportOutcomeUnknownException unknown => new(s_internal, unknown.Message, [], 0),

        // Whatever it says may name hosts, files or statements.
        _ => new(s_internal, "The server failed; its log says why.", [], 0),
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

    private static CheckpointProblem Untyped(int status) => new("about:blank", ReasonPhrases.GetReasonPhrase(status), status, IsRetryable: false);
}
