using System.Globalization;
using System.Text.Json;

namespace Eden.Checkpoint.ConsoleHost.Inspection;

/// <summary>What a variant's place in the lineage needs, out of its row.</summary>
/// <param name="Id">The variant's id.</param>
/// <param name="Status">Its status.</param>
/// <param name="ParentCommits">The commits it was made from.</param>
/// <param name="Commit">Its own commit on the work branch, if it has one.</param>
/// <param name="Integrated">Its commit after integration, if it was integrated.</param>
/// <param name="Score">The first number of its evaluation, as <c>name value</c>.</param>
internal sealed record VariantNode(
    string Id, string Status, IReadOnlyList<string> ParentCommits, string? Commit, string? Integrated, string? Score)
{
    /// <summary>Reads a row; <see langword="null"/> for one that is no variant. Whether the row keeps the format is for <c>verify</c> to say.</summary>
    public static VariantNode? Read(ReadOnlyMemory<byte> row)
    {
        try
        {
            using var document = JsonDocument.Parse(row);
            var record = document.RootElement;
            if (record.ValueKind != JsonValueKind.Object || Text(record, "variant_id") is not { } id)
            {
                return null;
            }

            var parents = record.TryGetProperty("parent_commits", out var array) && array.ValueKind == JsonValueKind.Array
                ? array.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!).ToArray()
                : [];
            return new VariantNode(
                id, Text(record, "status") ?? "unknown", parents, Text(record, "commit_sha"), Text(record, "variant_commit_sha"), FirstNumber(record));
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement record, string name)
        => record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? FirstNumber(JsonElement record)
    {
        if (!record.TryGetProperty("evaluation", out var evaluation) || evaluation.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var property in evaluation.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetDouble(out var number))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{property.Name} {number:0.####}");
            }
        }

        return null;
    }
}
