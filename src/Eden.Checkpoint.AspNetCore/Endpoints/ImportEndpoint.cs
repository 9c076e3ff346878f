using Eden.Checkpoint.AspNetCore.Diagnostics;
using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Results;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Endpoints;

/// <summary><c>POST /v0/checkpoints/import</c>: the request's body is the archive.</summary>
internal static class ImportEndpoint
{
    public static Task HandleAsync(
        HttpContext context,
        [FromQuery(Name = "as_experiment_id")] string? asExperimentId,
        [FromHeader(Name = CheckpointEndpoint.ExperimentIdHeader)] string? namedExperimentId)
        => CheckpointEndpoint.RunAsync(context, CheckpointOperation.Import, async logger =>
        {
            CheckForms(asExperimentId, namedExperimentId);
            var experiment = context.RequestServices.GetRequiredService<ExperimentTable>().FindTarget(asExperimentId ?? namedExperimentId);
            var importer = experiment.Importer ?? throw new CheckpointForbiddenException("The experiment can only be read here: its store takes no imports.");
            var limits = context.RequestServices.GetRequiredService<OperationLimits>();
            using var running = limits.Imports.Begin();
            var settings = context.RequestServices.GetRequiredService<IOptions<EdenCheckpointOptions>>().Value;
            var options = experiment.Settings.Import with
            {
                AsExperimentId = asExperimentId ?? experiment.Settings.ExperimentId,
                ExpectedExperimentId = namedExperimentId,
                CredentialsDirectory = settings.CredentialsDirectory,
            };
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            {
                limit.MaxRequestBodySize = settings.MaxUploadBytes;
            }

            var upload = new UploadStream(context.Request.Body, context.Request.ContentLength, limits);
            await using var counted = upload.ConfigureAwait(false);

            // The importer compares the ids before it asks for the first byte, so a refused upload is not even sent where the client waits for 100 Continue.
            var result = await importer.ImportAsync(upload, options, context.RequestAborted).ConfigureAwait(false);

            var warnings = Warnings(result);
            EndpointLog.Imported(logger, result.ExperimentId, result.Credentials.Count, warnings.Count);
            await JsonAnswer.WriteAsync(
                context, StatusCodes.Status201Created, new ImportAnswer(result.ExperimentId, warnings), WireJsonContext.Default.ImportAnswer).ConfigureAwait(false);
        });

    private static void CheckForms(string? asExperimentId, string? namedExperimentId)
    {
        if (asExperimentId is not null && !OpaqueId.IsExperimentId(asExperimentId))
        {
            throw new CheckpointBadRequestException("as_experiment_id is not an experiment id.");
        }

        if (namedExperimentId is not null && !OpaqueId.IsExperimentId(namedExperimentId))
        {
            // No experiment can have it.
            throw new ExperimentIdMismatchException($"The header {CheckpointEndpoint.ExperimentIdHeader} names '{ExperimentTable.Shorten(namedExperimentId)}', which is not an experiment id.");
        }
    }

    private static List<string> Warnings(CheckpointImportResult result)
    {
        var warnings = result.Warnings.Select(warning => warning.Message).ToList();
        if (result.Push is { IsComplete: false, Failure: { } failure })
        {
            warnings.Add($"The push to the remote of record did not end. {failure}");
        }

        if (result.Credentials.Count > 0 && !result.CredentialsWritten)
        {
            warnings.Add("This answer carries no tokens: those that were not written to a file were not kept and must be reissued.");
        }

        return warnings;
    }
}
