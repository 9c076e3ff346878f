using Eden.Checkpoint.AspNetCore.Diagnostics;
using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Results;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Endpoints;

/// <summary>What all routes have in common: authorisation comes first, and every failure becomes a problem document.</summary>
internal static class CheckpointEndpoint
{
    public const string ExperimentIdHeader = "X-Eden-Experiment-Id";

    /// <summary>Authorises the request and does the work.</summary>
    public static async Task RunAsync(HttpContext context, CheckpointOperation operation, Func<ILogger, Task> work)
    {
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Eden.Checkpoint.AspNetCore");
        try
        {
            await context.RequestServices.GetRequiredService<ICheckpointAuthorizer>().AuthorizeAsync(context, operation).ConfigureAwait(false);
            await work(logger).ConfigureAwait(false);
            if (context.RequestAborted.IsCancellationRequested)
            {
                // Writes to a client that is gone succeed and go nowhere.
                EndpointLog.ClientGone(logger, operation);
            }
        }
        catch (Exception failure) when (context.RequestAborted.IsCancellationRequested || IsConnectionLost(failure))
        {
            // Nobody listens any more, whatever happened; the status is for the host's own measurements.
            EndpointLog.ClientGone(logger, operation);
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (Exception failure) when (context.Response.HasStarted)
        {
            // An archive that was cut off must not look like a short one.
            EndpointLog.BrokeOff(logger, operation, failure);
            context.Abort();
        }
        catch (Exception failure)
        {
            await AnswerAsync(context, operation, failure, logger).ConfigureAwait(false);
        }
    }

    /// <summary>Compares the header with the experiment of the route.</summary>
    /// <exception cref="ExperimentIdMismatchException">The header was sent and names another one.</exception>
    public static void RequireSame(string? namedExperimentId, string experimentId)
    {
        if (namedExperimentId is not null && namedExperimentId != experimentId)
        {
            throw new ExperimentIdMismatchException(
                $"The header {ExperimentIdHeader} names '{ExperimentTable.Shorten(namedExperimentId)}', the path '{ExperimentTable.Shorten(experimentId)}'.");
        }
    }

    /// <summary>Whether a write found the connection gone; the request's own token may not know yet.</summary>
    private static bool IsConnectionLost(Exception failure) => failure is ConnectionAbortedException or ConnectionResetException;

    private static async Task AnswerAsync(HttpContext context, CheckpointOperation operation, Exception failure, ILogger logger)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<EdenCheckpointOptions>>().Value;
        var problem = WireProblem.Of(failure);
        if (problem.IsFault)
        {
            EndpointLog.Failed(logger, operation, failure);
        }
        else
        {
            EndpointLog.Refused(logger, operation, problem.Problem.Status, problem.Problem.Type, problem.Detail);
        }

        await ProblemAnswer.WriteAsync(context, problem, options.RetryAfter, options.MaxProblemViolations).ConfigureAwait(false);
    }
}
