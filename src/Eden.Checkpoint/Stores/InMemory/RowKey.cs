using System.Text.Json;

namespace Eden.Checkpoint.Stores.InMemory;

/// <summary>Finds the key of a row, as UTF-8 bytes with its escapes resolved.</summary>
internal static class RowKey
{
    // As deep as CheckpointLimits can ever allow; the exporter applies the limit in force.
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 1024 };

    public static string ExperimentField => "experiment_id";

    public static byte[] Read(RegistryKind kind, ReadOnlySpan<byte> json, string argument)
        => Read(
            kind switch
            {
                RegistryKind.Tasks or RegistryKind.Submissions => "task_id",
                RegistryKind.Ideas => "idea_id",
                RegistryKind.Variants => "variant_id",
                RegistryKind.Events => "event_id",
                RegistryKind.Workers => "worker_id",
                RegistryKind.Groups => "group_id",
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such registry."),
            },
            json,
            argument);

    /// <summary>Reads the whole text once: malformed JSON is refused wherever the fault is.</summary>
    public static byte[] Read(string field, ReadOnlySpan<byte> json, string argument)
    {
        byte[]? key = null;
        try
        {
            var reader = new Utf8JsonReader(json, s_options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new ArgumentException("The row is no JSON object.", argument);
            }

            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && key is null && reader.ValueTextEquals(field))
                {
                    reader.Read();
                    key = ReadString(ref reader, field, argument);
                }
            }
        }
        catch (JsonException malformed)
        {
            throw new ArgumentException("The row is not well-formed JSON.", argument, malformed);
        }

        return key ?? throw new ArgumentException($"The row has no {field}.", argument);
    }

    private static byte[] ReadString(ref Utf8JsonReader reader, string field, string argument)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.IsEmpty)
        {
            throw new ArgumentException($"The row's {field} is not a non-empty string.", argument);
        }

        var bytes = new byte[reader.ValueSpan.Length];
        try
        {
            return bytes[..reader.CopyString(bytes)];
        }
        catch (InvalidOperationException broken)
        {
            throw new ArgumentException($"The row's {field} holds broken Unicode.", argument, broken);
        }
    }
}
