using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Format.Rows;

/// <summary>The field that names a row in its registry, or the experiment in its record.</summary>
internal static class RowKey
{
    // As deep as CheckpointLimits can ever allow; whoever reads rows for an archive applies the limit in force.
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 1024 };

    /// <summary>Gets the name of the field in <c>experiment.json</c>.</summary>
    public static ReadOnlySpan<byte> ExperimentField => "experiment_id"u8;

    /// <summary>Returns the field's name; for submissions it is the task's.</summary>
    public static ReadOnlySpan<byte> Field(RegistryKind kind) => kind switch
    {
        RegistryKind.Tasks or RegistryKind.Submissions => "task_id"u8,
        RegistryKind.Ideas => "idea_id"u8,
        RegistryKind.Variants => "variant_id"u8,
        RegistryKind.Events => "event_id"u8,
        RegistryKind.Workers => "worker_id"u8,
        RegistryKind.Groups => "group_id"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such registry."),
    };

    /// <summary>Finds the key of a row. What stands behind it is not looked at.</summary>
    /// <param name="kind">The registry.</param>
    /// <param name="row">One JSON object.</param>
    /// <param name="maxDepth">The deepest nesting allowed.</param>
    /// <returns>The bytes between the quotes, escapes as they stand; a part of <paramref name="row"/>.</returns>
    /// <exception cref="FormatException">The row is no JSON object or has no such string; the message says which.</exception>
    public static ReadOnlyMemory<byte> Find(RegistryKind kind, ReadOnlyMemory<byte> row, int maxDepth)
    {
        var name = Field(kind);
        try
        {
            var reader = new Utf8JsonReader(row.Span, new JsonReaderOptions { MaxDepth = maxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException("the row is no JSON object");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var found = JsonStringText.SameText(reader.ValueSpan, name);
                reader.Read();
                if (found)
                {
                    return reader.TokenType == JsonTokenType.String
                        ? row.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length)
                        : throw new FormatException("the row's id is no string");
                }

                reader.Skip();
            }
        }
        catch (JsonException failure)
        {
            throw new FormatException($"the row is no JSON, at byte {failure.BytePositionInLine}", failure);
        }

        throw new FormatException($"the row has no {Encoding.UTF8.GetString(name)}");
    }

    /// <summary>Reads the key of a row, and the whole row with it: malformed JSON is refused wherever the fault is.</summary>
    /// <param name="field">The name of the field.</param>
    /// <param name="json">The row.</param>
    /// <param name="argument">What the caller's own caller calls the row.</param>
    /// <returns>The key in UTF-8, escapes resolved.</returns>
    /// <exception cref="ArgumentException">The row is no JSON object or has no such text; the message says which.</exception>
    public static byte[] Read(ReadOnlySpan<byte> field, ReadOnlySpan<byte> json, string argument)
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

        return key ?? throw new ArgumentException($"The row has no {Encoding.UTF8.GetString(field)}.", argument);
    }

    private static byte[] ReadString(ref Utf8JsonReader reader, ReadOnlySpan<byte> field, string argument)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.IsEmpty)
        {
            throw new ArgumentException($"The row's {Encoding.UTF8.GetString(field)} is not a non-empty string.", argument);
        }

        var bytes = new byte[reader.ValueSpan.Length];
        try
        {
            return bytes[..reader.CopyString(bytes)];
        }
        catch (InvalidOperationException broken)
        {
            throw new ArgumentException($"The row's {Encoding.UTF8.GetString(field)} holds broken Unicode.", argument, broken);
        }
    }
}
