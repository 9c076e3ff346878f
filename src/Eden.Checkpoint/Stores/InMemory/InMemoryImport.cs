using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Stores.InMemory;

/// <summary>An import into an <see cref="InMemoryCheckpointStore"/>: a whole new state, put in place when the store still has the one it began with.</summary>
internal sealed class InMemoryImport(RowSet found, Func<RowSet, RowSet, bool> replace) : IStoreImport
{
    private readonly ImmutableSortedDictionary<byte[], byte[]>.Builder[] _keyed =
        [.. Enumerable.Range(0, RegistryFiles.Count).Select(_ => ImmutableSortedDictionary.CreateBuilder<byte[], byte[]>(KeyOrder.Instance))];

    private readonly ImmutableList<byte[]>.Builder _events = ImmutableList.CreateBuilder<byte[]>();
    private readonly ImmutableDictionary<string, string>.Builder _hashes = ImmutableDictionary.CreateBuilder<string, string>();
    private byte[]? _experiment;

    public string ExperimentId => found.ExperimentId;

    /// <summary>Refuses a target that is not empty (spec §8).</summary>
    public static void RefuseOccupied(RowSet rows)
    {
        var present = Enum.GetValues<RegistryKind>().Where(kind => rows.Count(kind) > 0).Select(RegistryFiles.ManifestKey).ToArray();
        if (present.Length > 0)
        {
            throw new ExperimentIdConflictException($"The target is not empty: it has {string.Join(", ", present)}.");
        }

        using var document = JsonDocument.Parse(rows.Experiment, new JsonDocumentOptions { MaxDepth = 1025 });
        var record = document.RootElement;
        if (record.TryGetProperty("imported_from", out var from) && from.ValueKind != JsonValueKind.Null)
        {
            throw new ExperimentIdConflictException($"The target {rows.ExperimentId} was itself imported from a checkpoint.");
        }

        if (record.TryGetProperty("state", out var state) && !(state.ValueKind == JsonValueKind.String && state.ValueEquals("running")))
        {
            throw new ExperimentIdConflictException($"The target {rows.ExperimentId} is not running.");
        }

        if (record.TryGetProperty("dispatch_mode", out var mode) && !DispatchDefaults.Match(mode))
        {
            throw new ExperimentIdConflictException($"The target {rows.ExperimentId} has another dispatch mode than the default.");
        }
    }

    public async Task<long> WriteRowsAsync(RegistryKind kind, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (!Enum.IsDefined(kind) || kind == RegistryKind.Workers)
        {
            throw new ArgumentException("Workers are written with their credentials; the other six registries without.", nameof(kind));
        }

        return await WriteAsync(kind, rows, cancellationToken).ConfigureAwait(false);
    }

    public Task<long> WriteWorkersAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> rows, IReadOnlyDictionary<string, string> credentialHashes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(credentialHashes);
        _hashes.AddRange(credentialHashes);
        return WriteAsync(RegistryKind.Workers, rows, cancellationToken);
    }

    public Task<IReadOnlyList<string>> WriteExperimentAsync(StoreExperiment experiment, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        cancellationToken.ThrowIfCancellationRequested();
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1025 }))
        {
            writer.WriteStartObject();
            writer.WriteString("experiment_id", ExperimentId);
            writer.WriteString("state", experiment.State);
            writer.WriteString("created_at", experiment.CreatedAt);
            WriteOptional(writer, "base_commit_sha", experiment.BaseCommitSha);
            WriteOptional(writer, "name", OwnName() ?? experiment.Name);
            WriteRaw(writer, "imported_from", experiment.ImportedFrom);
            if (!experiment.DispatchMode.IsEmpty)
            {
                WriteRaw(writer, "dispatch_mode", experiment.DispatchMode);
            }

            foreach (var (name, value) in experiment.UnknownFields)
            {
                WriteRaw(writer, name, value);
            }

            writer.WriteEndObject();
        }

        _experiment = json.WrittenSpan.ToArray();
        return Task.FromResult<IReadOnlyList<string>>([]);
    }

    public Task CommitAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var rows = RowSet.Of(
            _experiment ?? throw new InvalidOperationException("The experiment was not written."),
            _keyed.Select(builder => builder.ToImmutable()), _events.ToImmutable(), _hashes.ToImmutable());
        return replace(found, rows)
            ? Task.CompletedTask
            : throw new StoreContentionException("The store was changed during the import.");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteRaw(Utf8JsonWriter writer, string name, ReadOnlyMemory<byte> value)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(value.Span, skipInputValidation: true);
    }

    private string? OwnName()
    {
        using var document = JsonDocument.Parse(found.Experiment, new JsonDocumentOptions { MaxDepth = 1025 });
        return document.RootElement.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
    }

    private async Task<long> WriteAsync(RegistryKind kind, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, CancellationToken cancellationToken)
    {
        var count = 0L;
        await foreach (var row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            count++;
            if (kind == RegistryKind.Events)
            {
                _events.Add(row.ToArray());
            }
            else
            {
                _keyed[(int)kind].Add(RowKey.Read(RowKey.Field(kind), row.Span, nameof(rows)), row.ToArray());
            }
        }

        return count;
    }
}
