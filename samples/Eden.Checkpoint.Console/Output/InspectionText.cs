using System.Text.Json;
using Eden.Checkpoint.ConsoleHost.Inspection;
using Eden.Git;
using Spectre.Console;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>An inspection for people.</summary>
internal static class InspectionText
{
    private const int MostRefs = 20;

    public static void Write(Terminal terminal, string path, ArchiveInspection inspection)
    {
        var manifest = inspection.Manifest;
        var facts = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Add(facts, "archive", Printable.Of(path));
        Add(facts, "experiment", Name(inspection) is { } name ? $"{manifest.ExperimentId} “{name}”" : manifest.ExperimentId);
        Add(facts, "state", Text(inspection.Experiment, "state") ?? "unknown");
        Add(facts, "snapshot", manifest.ExportedAt);
        Add(facts, "format", $"{manifest.FormatVersion}, spec {manifest.SpecVersion}");
        Add(facts, "exporter", Printable.Of(manifest.Exporter?.Implementation ?? "not named", 100));
        Add(facts, "repository", Bundle(inspection.Bundle));
        Add(facts, "verified", "no: this shows what the archive says; verify checks it");
        terminal.Output.Write(facts);
        terminal.Line();

        List<MemberLine> members = [.. inspection.Members];
        if (inspection.Artifacts > 0)
        {
            members.Add(new MemberLine(
                $"{manifest.Files.ArtifactsDirectory}/ ({Quantity.Of(inspection.Artifacts, "file", "files")})", null, inspection.ArtifactBytes));
        }

        ArchiveTable.Write(terminal, members, inspection.Bytes);
        foreach (var (kind, rows) in inspection.Rows.Where(pair => manifest.Counts[pair.Key] != pair.Value))
        {
            terminal.Line($"the manifest counts {Quantity.Of(manifest.Counts[kind])} {kind.ToString().ToLowerInvariant()}, the file has {Quantity.Of(rows)}");
        }

        if (inspection.Bundle is { } bundle)
        {
            WriteRefs(terminal, bundle);
        }

        terminal.Line();
        terminal.Line("Lineage");
        LineageTree.Write(terminal, inspection.Lineage);
    }

    private static void WriteRefs(Terminal terminal, GitBundleHeader bundle)
    {
        terminal.Line();
        terminal.Line("Refs");
        foreach (var entry in bundle.Refs.Take(MostRefs))
        {
            terminal.Line($"  {entry.ObjectId[..10]} {Printable.Of(entry.Name, 100)}");
        }

        if (bundle.Refs.Count > MostRefs)
        {
            terminal.Line($"  … {Quantity.Of(bundle.Refs.Count - MostRefs)} more");
        }
    }

    private static string Bundle(GitBundleHeader? bundle) => bundle is null
        ? "none: the placeholder, not resumable"
        : $"bundle v{bundle.Version}, {(bundle.ObjectFormat == GitObjectFormat.Sha256 ? "SHA-256" : "SHA-1")}, {Quantity.Of(bundle.Refs.Count, "ref", "refs")}";

    private static string? Name(ArchiveInspection inspection) => Text(inspection.Experiment, "name") is { } name ? Printable.Of(name, 100) : null;

    private static string? Text(ReadOnlyMemory<byte> record, string field)
    {
        try
        {
            using var document = JsonDocument.Parse(record);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
                ? Printable.Of(value.GetString()!, 100)
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // Inspecting shows what is there; that a record is broken is for verify to say.
            return null;
        }
    }

    private static void Add(Grid grid, string name, string value) => grid.AddRow(new Markup($"[grey]{name}[/]"), new Text(value));
}
