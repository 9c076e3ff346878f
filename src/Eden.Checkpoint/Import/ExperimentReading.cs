using System.Text.Json;
using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Import;

/// <summary>Reads a checked <c>experiment.json</c> for a store.</summary>
internal static class ExperimentReading
{
    /// <summary>Reads the record; what the format does not know comes along byte for byte.</summary>
    public static StoreExperiment Read(ReadOnlyMemory<byte> record, string experimentId, ImportProvenance provenance)
    {
        string? state = null, createdAt = null, name = null, baseCommit = null;
        ReadOnlyMemory<byte> dispatchMode = default;
        var unknown = new List<KeyValuePair<string, ReadOnlyMemory<byte>>>();
        var reader = new Utf8JsonReader(record.Span, new JsonReaderOptions { MaxDepth = 1025 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString()!;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            switch (field)
            {
                case "state":
                    state = reader.GetString();
                    break;
                case "created_at":
                    createdAt = reader.GetString();
                    break;
                case "name":
                    name = reader.GetString();
                    break;
                case "base_commit_sha":
                    baseCommit = reader.GetString();
                    break;
                case "dispatch_mode":
                    reader.Skip();
                    dispatchMode = record[start..(int)reader.BytesConsumed];
                    break;
                case "experiment_id" or "imported_from":
                    // Both are the receiver's to say.
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    unknown.Add(KeyValuePair.Create(field, record[start..(int)reader.BytesConsumed]));
                    break;
            }
        }

        return new StoreExperiment
        {
            ExperimentId = experimentId,
            State = state ?? throw new InvalidOperationException("The record was not checked: it has no state."),
            CreatedAt = createdAt ?? throw new InvalidOperationException("The record was not checked: it has no created_at."),
            Name = name,
            BaseCommitSha = baseCommit,
            DispatchMode = dispatchMode,
            ImportedFrom = provenance.ToUtf8Json(),
            UnknownFields = unknown,
        };
    }
}
