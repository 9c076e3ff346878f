using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Eden.Checkpoint.Server;

/// <summary>Answers what reaches no endpoint in the form in which the endpoints tell their problems.</summary>
internal static class RouteProblem
{
    public static Task WriteAsync(StatusCodeContext context)
    {
        var request = context.HttpContext.Request;
        var response = context.HttpContext.Response;
        var (type, detail) = response.StatusCode switch
        {
            StatusCodes.Status404NotFound => ("eden://reference-error/no-such-route", "There is no such route."),
            StatusCodes.Status405MethodNotAllowed => ("eden://reference-error/method-not-allowed", $"The route does not take {request.Method}."),
            >= 500 => ("eden://reference-error/internal", "The server failed; its log says why."),
            _ => ("eden://error/bad-request", "The request cannot be understood."),
        };
        var problem = new ProblemDetails
        {
            Type = type,
            Title = ReasonPhrases.GetReasonPhrase(response.StatusCode),
            Status = response.StatusCode,
            Detail = detail,
            Instance = request.PathBase.Add(request.Path).ToUriComponent(),
        };
        return response.WriteAsJsonAsync(problem, RouteProblemJson.Default.ProblemDetails, "application/problem+json; charset=utf-8", context.HttpContext.RequestAborted);
    }
}
