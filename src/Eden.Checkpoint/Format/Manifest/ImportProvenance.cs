using Eden.Checkpoint.Model;
using Eden.Checkpoint.Import;
using System.Text;
using System.Text.Json;

namespace Eden.Checkpoint.Format.Manifest;

/// <summary>Where an imported experiment came from (spec §10): what the receiver keeps as <c>imported_from</c>, and the key of the recovery probe.</summary>
/// <param name="ExportedAt">The manifest's <c>exported_at</c>, verbatim.</param>
/// <param name="FormatVersion">The manifest's format version.</param>
/// <param name="SourceExperimentId">The manifest's experiment id.</param>
internal sealed record ImportProvenance(string ExportedAt, string FormatVersion, string SourceExperimentId)
{
    public static ImportProvenance Of(CheckpointManifest manifest) => new(manifest.ExportedAt, manifest.FormatVersion, manifest.ExperimentId);

    /// <summary>Reads <c>imported_from</c> out of an experiment's record.</summary>
    /// <returns><see langword="null"/> for an experiment that was not imported.</returns>
    public static ImportProvenance? In(ReadOnlyMemory<byte> experiment)
    {
        using var document = JsonDocument.Parse(experiment, new JsonDocumentOptions { MaxDepth = 1025 });
        return document.RootElement.TryGetProperty("imported_from", out var from) ? Read(from) : null;
    }

    /// <summary>Reads the object.</summary>
    public static ImportProvenance? Parse(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1025 });
        return Read(document.RootElement);
    }

    /// <summary>Tells whether it names the same archive: the source and the instant of its snapshot.</summary>
    public bool IsSameArchive(ImportProvenance? other)
        => other is not null && other.SourceExperimentId == SourceExperimentId && other.ExportedAt == ExportedAt;

    /// <summary>Writes the object, compact.</summary>
    public byte[] ToUtf8Json()
    {
        // Every value was held to a grammar of letters, digits and a few signs when the manifest was read: nothing to escape.
        return Encoding.UTF8.GetBytes(
            $$"""{"checkpoint_exported_at":"{{ExportedAt}}","checkpoint_format_version":"{{FormatVersion}}","source_experiment_id":"{{SourceExperimentId}}"}""");
    }

    private static ImportProvenance? Read(JsonElement from)
        => from.ValueKind == JsonValueKind.Object && Text(from, "source_experiment_id") is { } source && Text(from, "checkpoint_exported_at") is { } exportedAt
            ? new ImportProvenance(exportedAt, Text(from, "checkpoint_format_version") ?? "", source)
            : null;

    private static string? Text(JsonElement from, string name)
        => from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
