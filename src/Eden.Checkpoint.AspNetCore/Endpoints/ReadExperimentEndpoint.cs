using System.Buffers;
using System.Text.Json;
using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Results;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Eden.Checkpoint.AspNetCore.Endpoints;

/// <summary><c>GET /v0/experiments/{E}</c>: the experiment's record, by which a client that lost the answer to an import finds out (spec §10).</summary>
internal static class ReadExperimentEndpoint
{
    // Shown as null where the experiment is native.
    private const string Provenance = "imported_from";

    // As deep as the limits on records can ever allow, and the object around them.
    private const int MaxDepth = 1025;

    // Left out where the experiment has none: clients refuse null there.
    private static readonly string[] s_leftOutWhenNull = ["name", "base_commit_sha"];

    public static Task HandleAsync(
        HttpContext context, string experimentId, [FromHeader(Name = CheckpointEndpoint.ExperimentIdHeader)] string? namedExperimentId)
        => CheckpointEndpoint.RunAsync(context, CheckpointOperation.ReadExperiment, async _ =>
        {
            CheckpointEndpoint.RequireSame(namedExperimentId, experimentId);
            var experiment = context.RequestServices.GetRequiredService<ExperimentTable>().Find(experimentId);
            var record = await ReadAsync(experiment.Settings.Store, experimentId, context.RequestAborted).ConfigureAwait(false);
            await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, record).ConfigureAwait(false);
        });

    /// <summary>Shows the provenance of a record also where it has none, and no null that clients refuse; everything else stays as it is.</summary>
    internal static ReadOnlyMemory<byte> ToWire(ReadOnlyMemory<byte> experiment)
    {
        using var record = JsonDocument.Parse(experiment, new JsonDocumentOptions { MaxDepth = MaxDepth });
        var buffer = new ArrayBufferWriter<byte>(experiment.Length + 64);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = MaxDepth }))
        {
            json.WriteStartObject();
            foreach (var field in record.RootElement.EnumerateObject())
            {
                if (field.Value.ValueKind != JsonValueKind.Null || !s_leftOutWhenNull.Contains(field.Name, StringComparer.Ordinal))
                {
                    field.WriteTo(json);
                }
            }

            if (!record.RootElement.TryGetProperty(Provenance, out var _))
            {
                json.WriteNull(Provenance);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(ICheckpointStore store, string experimentId, CancellationToken cancellationToken)
    {
        var snapshot = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (snapshot.ConfigureAwait(false))
        {
            return snapshot.ExperimentId == experimentId ? ToWire(snapshot.Experiment) : throw ExperimentTable.NotFound(experimentId);
        }
    }
}
