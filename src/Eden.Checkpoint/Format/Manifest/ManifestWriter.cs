using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Manifest;

/// <summary>Writes a manifest in the order of spec §5.</summary>
internal static class ManifestWriter
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        IndentSize = 2,
        NewLine = "\n",
        MaxDepth = 1100,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Write(CheckpointManifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            writer.WriteString(ManifestKey.FormatVersion, manifest.FormatVersion);
            writer.WriteString(ManifestKey.SpecVersion, manifest.SpecVersion);
            writer.WriteString(ManifestKey.ExperimentId, manifest.ExperimentId);
            writer.WriteString(ManifestKey.ExportedAt, manifest.ExportedAt);
            if (manifest.Exporter is { } exporter)
            {
                WriteExporter(writer, exporter);
            }

            writer.WriteBoolean(ManifestKey.RequiresCredentialReissue, manifest.RequiresCredentialReissue);
            WriteCounts(writer, manifest.Counts);
            WriteFiles(writer, manifest.Files);
            manifest.Unknown.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteExporter(Utf8JsonWriter writer, CheckpointManifestExporter exporter)
    {
        writer.WriteStartObject(ManifestKey.Exporter);
        if (exporter.Implementation is { } implementation)
        {
            writer.WriteString(ManifestKey.Implementation, implementation);
        }

        if (exporter.AtomicityMechanism is { } mechanism)
        {
            writer.WriteString(ManifestKey.AtomicityMechanism, mechanism);
        }

        exporter.Unknown.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter writer, CheckpointManifestCounts counts)
    {
        writer.WriteStartObject(ManifestKey.Counts);
        foreach (var kind in RegistryFiles.Kinds)
        {
            writer.WriteNumber(RegistryFiles.ManifestKey(kind), counts[kind]);
        }

        counts.Unknown.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static void WriteFiles(Utf8JsonWriter writer, CheckpointManifestFiles files)
    {
        writer.WriteStartObject(ManifestKey.Files);
        writer.WriteString(ManifestKey.ExperimentConfig, files.ExperimentConfig);
        writer.WriteString(ManifestKey.Experiment, files.Experiment);
        foreach (var kind in RegistryFiles.Kinds)
        {
            writer.WriteString(RegistryFiles.ManifestKey(kind), files[kind]);
        }

        writer.WriteString(ManifestKey.RepoBundle, files.RepoBundle);
        writer.WriteString(ManifestKey.ArtifactsDirectory, files.ArtifactsDirectory);
        files.Unknown.WriteTo(writer);
        writer.WriteEndObject();
    }
}
