using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>Answers a request with a problem document (RFC 9457) and the headers that belong to it.</summary>
internal static class ProblemAnswer
{
    public const string MediaType = "application/problem+json; charset=utf-8";

    /// <summary>Replaces what was prepared as the answer; nothing of it may have been sent.</summary>
    /// <param name="context">The request.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="retryAfter">What <c>Retry-After</c> says where the failure does not know better.</param>
    /// <param name="maxViolations">How many violations are listed.</param>
    public static Task WriteAsync(HttpContext context, WireProblem problem, TimeSpan retryAfter, int maxViolations)
    {
        context.Response.Clear();
        if (problem.Problem.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (problem.IsRetryable)
        {
            var seconds = (long)Math.Ceiling((problem.RetryAfter ?? retryAfter).TotalSeconds);
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var instance = UriHelper.BuildRelative(context.Request.PathBase, context.Request.Path);
        var document = problem.ToDocument(instance, maxViolations);
        return JsonAnswer.WriteAsync(context, problem.Problem.Status, document, WireJsonContext.Default.ProblemDocument, MediaType);
    }
}
