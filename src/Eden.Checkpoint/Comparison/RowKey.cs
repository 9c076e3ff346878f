using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Comparison;

/// <summary>The field that names a row in its registry.</summary>
internal static class RowKey
{
    /// <summary>Returns the field's name; for submissions it is the task's.</summary>
    public static ReadOnlySpan<byte> Name(RegistryKind kind) => kind switch
    {
        RegistryKind.Tasks or RegistryKind.Submissions => "task_id"u8,
        RegistryKind.Ideas => "idea_id"u8,
        RegistryKind.Variants => "variant_id"u8,
        RegistryKind.Events => "event_id"u8,
        RegistryKind.Workers => "worker_id"u8,
        _ => "group_id"u8,
    };

    public static CheckpointObjectKind ObjectKind(RegistryKind kind) => kind switch
    {
        RegistryKind.Tasks => CheckpointObjectKind.Task,
        RegistryKind.Ideas => CheckpointObjectKind.Idea,
        RegistryKind.Variants => CheckpointObjectKind.Variant,
        RegistryKind.Submissions => CheckpointObjectKind.Submission,
        RegistryKind.Events => CheckpointObjectKind.Event,
        RegistryKind.Workers => CheckpointObjectKind.Worker,
        _ => CheckpointObjectKind.Group,
    };

    /// <summary>Finds the key of a row.</summary>
    /// <param name="kind">The registry.</param>
    /// <param name="row">One JSON object.</param>
    /// <param name="maxDepth">The deepest nesting allowed.</param>
    /// <returns>The bytes between the quotes, escapes as they stand; a part of <paramref name="row"/>.</returns>
    /// <exception cref="FormatException">The row is no JSON object or has no such string; the message says which.</exception>
    public static ReadOnlyMemory<byte> Find(RegistryKind kind, ReadOnlyMemory<byte> row, int maxDepth)
    {
        var name = Name(kind);
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

        throw new FormatException($"the row has no {System.Text.Encoding.UTF8.GetString(name)}");
    }
}
