using System.Globalization;
using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Results;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Eden.Checkpoint.AspNetCore.Endpoints;

/// <summary><c>POST /v0/experiments/{E}/checkpoint</c>: the archive, streamed once everything has succeeded.</summary>
internal static class ExportEndpoint
{
    public static Task HandleAsync(
        HttpContext context,
        string experimentId,
        [FromQuery(Name = "format_version")] string? formatVersion,
        [FromHeader(Name = CheckpointEndpoint.ExperimentIdHeader)] string? namedExperimentId)
        => CheckpointEndpoint.RunAsync(context, CheckpointOperation.Export, async _ =>
        {
            CheckpointEndpoint.RequireSame(namedExperimentId, experimentId);
            var experiment = OpaqueId.IsExperimentId(experimentId)
                ? context.RequestServices.GetRequiredService<ExperimentTable>().Find(experimentId)
                : throw ExperimentTable.NotFound(experimentId);
            using var running = context.RequestServices.GetRequiredService<OperationLimits>().Exports.Begin();
            var options = experiment.Settings.Export with { ExperimentId = experimentId };
            if (formatVersion is not null)
            {
                options = options with { FormatVersion = formatVersion };
            }

            var time = context.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System;
            var instant = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            var body = new ArchiveResponseStream(context.Response, $"{experimentId}-{instant}.tar");
            await using (body.ConfigureAwait(false))
            {
                await experiment.Exporter.ExportAsync(body, options, context.RequestAborted).ConfigureAwait(false);
            }
        });
}
