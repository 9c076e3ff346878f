using System.Text.Json;
using Eden.Checkpoint.AspNetCore.Endpoints;
using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Results;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Eden.Checkpoint.AspNetCore;

/// <summary>Maps the checkpoint operations of the HTTP binding.</summary>
public static class CheckpointEndpointRouteBuilderExtensions
{
    /// <summary>Maps <c>POST /v0/experiments/{E}/checkpoint</c>, <c>POST /v0/checkpoints/import</c> and <c>GET /v0/experiments/{E}</c>.</summary>
    /// <param name="endpoints">Where to map them.</param>
    /// <param name="prefix">What comes before <c>/v0</c>; nothing by default.</param>
    /// <returns>A builder for further conventions on all three.</returns>
    /// <exception cref="InvalidOperationException"><c>AddEdenCheckpoint</c> was not called.</exception>
    public static IEndpointConventionBuilder MapEdenCheckpoint(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(ExperimentTable)) != true)
        {
            throw new InvalidOperationException("Call services.AddEdenCheckpoint before MapEdenCheckpoint.");
        }

        var group = endpoints.MapGroup(prefix).WithTags("Checkpoints")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status500InternalServerError)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        group.MapPost("/v0/experiments/{experimentId}/checkpoint", ExportEndpoint.HandleAsync)
            .WithName("ExportCheckpoint")
            .WithSummary("Exports a checkpoint")
            .WithDescription("One tar of the experiment's rows and its repository, taken at one logical instant. Nothing is sent before every check has passed. For the admin.")
            .Produces<Stream>(StatusCodes.Status200OK, ArchiveResponseStream.MediaType)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);

        group.MapPost("/v0/checkpoints/import", ImportEndpoint.HandleAsync)
            .WithName("ImportCheckpoint")
            .WithSummary("Imports a checkpoint into an empty experiment")
            .WithDescription("The body is the archive as it is, of media type application/x-eden-checkpoint+tar, chunked or with a length. All or nothing. For the admin.")
            .Produces<ImportAnswer>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status408RequestTimeout)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

        group.MapGet("/v0/experiments/{experimentId}", ReadExperimentEndpoint.HandleAsync)
            .WithName("ReadExperiment")
            .WithSummary("Reads the experiment's record")
            .WithDescription("imported_from is null for a native experiment; a client that lost the answer to an import compares it with its manifest. For the admin and every registered worker.")
            .Produces<JsonElement>(StatusCodes.Status200OK, "application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        return group;
    }
}
