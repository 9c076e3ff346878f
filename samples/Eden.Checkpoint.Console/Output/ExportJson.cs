using System.Text.Json;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>The result of an export as JSON.</summary>
internal static class ExportJson
{
    public static void Write(Utf8JsonWriter json, string path, CheckpointExportResult result)
    {
        json.WriteString("file", path);
        json.WriteString("experiment_id", result.Manifest.ExperimentId);
        json.WriteString("exported_at", result.Manifest.ExportedAt);
        json.WriteBoolean("importable", result.IsImportable);
        json.WriteBoolean("resumable", result.IsResumable);
        json.WriteNumber("bytes", result.ArchiveBytes);
        WriteMembers(json, MemberLine.Of(result));
        json.WriteNumber("refs", result.CrossReferences.RefCount);
        json.WriteNumber("objects", result.CrossReferences.ObjectCount);
        json.WriteStartObject("milliseconds");
        json.WriteNumber("snapshot", Math.Round(result.Timings.Snapshot.TotalMilliseconds, 3));
        json.WriteNumber("bundle", Math.Round(result.Timings.Bundle.TotalMilliseconds, 3));
        json.WriteNumber("validate", Math.Round(result.Timings.Validate.TotalMilliseconds, 3));
        json.WriteNumber("archive", Math.Round(result.Timings.Archive.TotalMilliseconds, 3));
        json.WriteEndObject();
        ReportJson.WriteStrings(json, "warnings", result.Warnings.Select(warning => warning.Message));
    }

    public static void WriteMembers(Utf8JsonWriter json, IEnumerable<MemberLine> members)
    {
        json.WriteStartArray("members");
        foreach (var member in members)
        {
            json.WriteStartObject();
            json.WriteString("path", member.Path);
            if (member.Rows is { } rows)
            {
                json.WriteNumber("rows", rows);
            }

            json.WriteNumber("bytes", member.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
