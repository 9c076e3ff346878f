using System.Text.Json;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>A comparison as JSON.</summary>
internal static class ComparisonJson
{
    public static void Write(Utf8JsonWriter json, CheckpointComparison comparison)
    {
        json.WriteBoolean("equal", comparison.IsEqual);
        json.WriteStartArray("rows");
        foreach (var row in comparison.Rows)
        {
            json.WriteStartObject();
            json.WriteString("kind", row.Kind.ToString().ToLowerInvariant());
            json.WriteNumber("a", row.Left);
            json.WriteNumber("b", row.Right);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (comparison.Repository is { } repository)
        {
            json.WriteStartObject("repository");
            json.WriteNumber("aRefs", repository.LeftRefs);
            json.WriteNumber("bRefs", repository.RightRefs);
            if (repository is { LeftObjects: { } leftObjects, RightObjects: { } rightObjects })
            {
                json.WriteNumber("aObjects", leftObjects);
                json.WriteNumber("bObjects", rightObjects);
            }

            json.WriteEndObject();
        }

        json.WriteStartArray("allowances");
        foreach (var use in comparison.Allowances)
        {
            json.WriteStartObject();
            json.WriteString("name", use.Name);
            json.WriteNumber("count", use.Count);
            WriteDifferences(json, "samples", use.Samples);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteDifferences(json, "differences", comparison.Differences);
        json.WriteNumber("totalDifferences", comparison.TotalDifferences);
        ReportJson.WriteStrings(json, "warnings", comparison.Warnings.Select(warning => warning.Message));
    }

    private static void WriteDifferences(Utf8JsonWriter json, string name, IReadOnlyList<CheckpointDifference> differences)
    {
        json.WriteStartArray(name);
        foreach (var difference in differences)
        {
            json.WriteStartObject();
            json.WriteString("kind", difference.Kind.ToString());
            json.WriteString("record", difference.Record);
            json.WriteString("field", difference.Field);
            json.WriteString("a", difference.Left);
            json.WriteString("b", difference.Right);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
