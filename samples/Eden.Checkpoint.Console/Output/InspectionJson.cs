using System.Text.Json;
using Eden.Checkpoint.ConsoleHost.Inspection;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>An inspection as JSON. Refs and lineage are cut at a bound that their totals tell.</summary>
internal static class InspectionJson
{
    private const int MostRefs = 10_000;

    public static void Write(Utf8JsonWriter json, string path, ArchiveInspection inspection)
    {
        json.WriteString("file", path);
        json.WriteNumber("bytes", inspection.Bytes);
        json.WriteBoolean("resumable", inspection.IsResumable);
        json.WritePropertyName("manifest");
        WriteParsed(json, inspection.Manifest.ToUtf8Json());
        json.WritePropertyName("experiment");
        WriteParsed(json, inspection.Experiment);
        json.WriteStartObject("rows");
        foreach (var (kind, rows) in inspection.Rows)
        {
            json.WriteNumber(JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString()), rows);
        }

        json.WriteEndObject();
        ExportJson.WriteMembers(json, inspection.Members);
        json.WriteStartObject("artifacts");
        json.WriteNumber("files", inspection.Artifacts);
        json.WriteNumber("bytes", inspection.ArtifactBytes);
        json.WriteEndObject();
        WriteBundle(json, inspection.Bundle);
        WriteLineage(json, inspection.Lineage);
    }

    private static void WriteBundle(Utf8JsonWriter json, GitBundleHeader? bundle)
    {
        if (bundle is null)
        {
            json.WriteNull("bundle");
            return;
        }

        json.WriteStartObject("bundle");
        json.WriteNumber("version", bundle.Version);
        json.WriteString("object_format", bundle.ObjectFormat == GitObjectFormat.Sha256 ? "sha256" : "sha1");
        json.WriteNumber("prerequisites", bundle.Prerequisites.Count);
        json.WriteNumber("total_refs", bundle.Refs.Count);
        json.WriteStartArray("refs");
        foreach (var entry in bundle.Refs.Take(MostRefs))
        {
            json.WriteStartObject();
            json.WriteString("name", entry.Name);
            json.WriteString("object_id", entry.ObjectId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteLineage(Utf8JsonWriter json, Lineage lineage)
    {
        json.WriteNumber("total_variants", lineage.Total);
        json.WriteStartArray("lineage");
        for (var index = 0; index < lineage.Nodes.Count; index++)
        {
            var node = lineage.Nodes[index];
            var parent = lineage.ParentOf(index);
            json.WriteStartObject();
            json.WriteString("variant_id", node.Id);
            json.WriteString("status", node.Status);
            json.WriteString("parent_variant_id", parent < 0 ? null : lineage.Nodes[parent].Id);
            json.WriteString("parent_commit", node.ParentCommits is [var first, ..] ? first : null);
            json.WriteString("commit_sha", node.Commit);
            json.WriteString("variant_commit_sha", node.Integrated);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // The record is an archive's: only well-formed JSON may go into ours.
    private static void WriteParsed(Utf8JsonWriter json, ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteNullValue();
        }
    }
}
