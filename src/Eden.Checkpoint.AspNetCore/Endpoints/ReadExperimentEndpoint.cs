using System.Buffers;
using System.Text.Json;
using Eden.Checkpoint.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Eden.Checkpoint.AspNetCore.Endpoints;

/// <summary><c>GET /v0/experiments/{E}</c>: the experiment's record, by which a client that lost the answer to an import finds out (spec §10).</summary>
internal static class ReadExperimentEndpoint
{
    // Fields that the wire shows as null where the archive leaves them out.
    private static readonly string[] s_shownWhenAbsent = ["name", "imported_from"];

    public static Task HandleAsync(HttpContext context, string experimentId)
        => CheckpointEndpoint.RunAsync(context, CheckpointOperation.ReadExperiment, async _ =>
        {
            var experiment = context.RequestServices.GetRequiredService<ExperimentTable>().Find(experimentId);
            var record = await ReadAsync(experiment.Settings.Store, experimentId, context.RequestAborted).ConfigureAwait(false);
            await CheckpointEndpoint.WriteJsonAsync(context, StatusCodes.Status200OK, record).ConfigureAwait(false);
        });

    /// <summary>Adds to a record what the wire shows as null; everything else stays as it is.</summary>
    internal static ReadOnlyMemory<byte> ToWire(ReadOnlyMemory<byte> experiment)
    {
        using var record = JsonDocument.Parse(experiment);
        var buffer = new ArrayBufferWriter<byte>(experiment.Length + 64);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var field in record.RootElement.EnumerateObject())
            {
                field.WriteTo(json);
            }

            foreach (var name in s_shownWhenAbsent)
            {
                if (!record.RootElement.TryGetProperty(name, out var _))
                {
                    json.WriteNull(name);
                }
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
