using System.Text.Json;

namespace Eden.Checkpoint.ConsoleHost.Stores;

/// <summary>The files of a <see cref="DirectoryCheckpointStore"/>, held open together.</summary>
internal sealed class DirectorySnapshot : IStoreSnapshot
{
    private readonly Dictionary<RegistryKind, FileStream> _files;
    private readonly CheckpointLimits _limits;

    public DirectorySnapshot(
        DateTimeOffset takenAt, byte[] experiment, Dictionary<RegistryKind, FileStream> files, CheckpointLimits limits)
    {
        TakenAt = takenAt;
        Experiment = experiment;
        ExperimentId = ReadId(experiment);
        _files = files;
        _limits = limits;
    }

    public DateTimeOffset TakenAt { get; }

    public string ExperimentId { get; }

    public ReadOnlyMemory<byte> Experiment { get; }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadRowsAsync(RegistryKind kind, CancellationToken cancellationToken = default)
    {
        var file = _files[kind];
        file.Position = 0;
        return LineReader.ReadAsync(file, CheckpointManifestFiles.Standard[kind], _limits.MaxLineBytes, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _files.Values)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static string ReadId(byte[] experiment)
    {
        try
        {
            using var document = JsonDocument.Parse(experiment);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("experiment_id", out var id)
                && id.ValueKind == JsonValueKind.String)
            {
                return id.GetString()!;
            }
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new CheckpointInvalidException(
                new CheckpointViolation(CheckpointRule.Json, "experiment.json", null, null, null, "is not well-formed JSON"), malformed);
        }

        throw new CheckpointInvalidException(new CheckpointViolation(
            CheckpointRule.Record, "experiment.json", null, null, "experiment_id", "is missing or not a string"));
    }
}
