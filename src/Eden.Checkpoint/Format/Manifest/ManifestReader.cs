using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Archive;
using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Manifest;

/// <summary>Reads a manifest by the rules of spec §5: the versions first, then the rest with every violation.</summary>
internal static class ManifestReader
{
    private static readonly RecordField s_format = RecordField.Conditional(ManifestKey.FormatVersion, ValueRule.Any);
    private static readonly RecordField s_spec = RecordField.Conditional(ManifestKey.SpecVersion, ValueRule.Any);
    private static readonly RecordShape s_versions = RecordShape.Of(s_format, s_spec);

    /// <summary>Reads the manifest.</summary>
    /// <returns>The manifest unless a violation was added or the version is another one.</returns>
    public static ManifestReading Read(ReadOnlySpan<byte> json, CheckpointLimits limits, ViolationList violations)
    {
        if (json.Length > limits.MaxManifestBytes)
        {
            violations.Add(CheckpointRule.Limit, CheckpointManifest.FileName, null, null, null,
                $"the file has {json.Length} bytes; the limit is {limits.MaxManifestBytes}");
            return ManifestReading.Unusable;
        }

        var scanner = new RowScanner(limits.MaxJsonDepth);
        if (!scanner.Scan(json, s_versions))
        {
            violations.Add(CheckpointRule.Json, CheckpointManifest.FileName, null, null, null, JsonFault.First(scanner)!);
            return ManifestReading.Unusable;
        }

        if (scanner.Root.Type != JsonTokenType.StartObject)
        {
            violations.Add(CheckpointRule.Manifest, CheckpointManifest.FileName, null, null, null, "must be a JSON object");
            return ManifestReading.Unusable;
        }

        if (FindOtherVersion(scanner, json) is { } other)
        {
            return other;
        }

        if (JsonFault.First(scanner) is { } fault)
        {
            violations.Add(CheckpointRule.Json, CheckpointManifest.FileName, null, null, null, fault);
            return ManifestReading.Unusable;
        }

        var checks = new ManifestChecks(limits, violations);
        var root = ManifestObject.Parse(json, limits.MaxJsonDepth);
        var format = checks.RequiredString(root, ManifestKey.FormatVersion, ManifestKey.FormatVersion);
        var spec = checks.RequiredString(root, ManifestKey.SpecVersion, ManifestKey.SpecVersion);
        var before = violations.Total;
        var experimentId = checks.RequiredString(root, ManifestKey.ExperimentId, ManifestKey.ExperimentId);
        if (experimentId is not null && !RecordGrammar.IsExperimentId(Encoding.UTF8.GetBytes(experimentId)))
        {
            checks.Fail(ManifestKey.ExperimentId, $"'{ArchivePath.Display(experimentId)}' is not exp_ and 26 characters of lowercase Crockford base32");
        }

        var exportedAt = checks.RequiredString(root, ManifestKey.ExportedAt, ManifestKey.ExportedAt);
        if (exportedAt is not null && !RecordGrammar.IsTimestamp(Encoding.UTF8.GetBytes(exportedAt)))
        {
            checks.Fail(ManifestKey.ExportedAt, $"'{ArchivePath.Display(exportedAt)}' is no timestamp YYYY-MM-DDTHH:MM:SS[.fraction]Z");
        }

        var exporter = ReadExporter(checks, root);
        var reissue = checks.RequiredBoolean(root, ManifestKey.RequiresCredentialReissue);
        var counts = ReadCounts(checks, root);
        var files = ReadFiles(checks, root);
        if (violations.Total != before || format is null || spec is null)
        {
            return ManifestReading.Unusable;
        }

        return new ManifestReading(new CheckpointManifest
        {
            ExperimentId = experimentId!,
            ExportedAt = exportedAt!,
            Exporter = exporter,
            RequiresCredentialReissue = reissue,
            Counts = counts!,
            Files = files!,
            Unknown = root.Rest(),
        })
        {
            Warnings = checks.Warnings,
        };
    }

    /// <summary>Looks at the versions of any JSON object, whatever else is wrong with it: another version may have other rules.</summary>
    private static ManifestReading? FindOtherVersion(RowScanner scanner, ReadOnlySpan<byte> json)
    {
        var format = Version(scanner, json, s_format);
        if (format is not null and not CheckpointManifest.SupportedFormatVersion)
        {
            return new ManifestReading(null, CheckpointProblem.UnsupportedCheckpointVersion,
                $"The archive has checkpoint format version '{ArchivePath.Display(format)}'; this library reads '{CheckpointManifest.SupportedFormatVersion}'.");
        }

        // A format version that is no version makes the archive invalid whatever the spec version says.
        return format is not null && Version(scanner, json, s_spec) is { } spec and not CheckpointManifest.SupportedSpecVersion
            ? new ManifestReading(null, CheckpointProblem.SpecVersionMismatch,
                $"The archive is of spec version '{ArchivePath.Display(spec)}'; this library reads '{CheckpointManifest.SupportedSpecVersion}'.")
            : null;
    }

    /// <summary>Returns a version; <see langword="null"/> for what is none, or stands there twice.</summary>
    private static string? Version(RowScanner scanner, ReadOnlySpan<byte> json, RecordField field)
        => scanner[field] is { Type: JsonTokenType.String, Length: > 0 } value && scanner.Faults.All(fault => fault.Field != field.Name)
            ? Encoding.UTF8.GetString(scanner.Text(json, value)) : null;

    private static CheckpointManifestExporter? ReadExporter(ManifestChecks checks, ManifestObject root)
    {
        if (checks.InformativeObject(root, ManifestKey.Exporter) is not { } exporter)
        {
            return null;
        }

        return new CheckpointManifestExporter
        {
            Implementation = checks.InformativeString(exporter, ManifestKey.Implementation, $"{ManifestKey.Exporter}.{ManifestKey.Implementation}"),
            AtomicityMechanism = checks.InformativeString(exporter, ManifestKey.AtomicityMechanism, $"{ManifestKey.Exporter}.{ManifestKey.AtomicityMechanism}"),
            Unknown = exporter.Rest(),
        };
    }

    private static CheckpointManifestCounts? ReadCounts(ManifestChecks checks, ManifestObject root)
    {
        if (checks.RequiredObject(root, ManifestKey.Counts) is not { } counts)
        {
            return null;
        }

        return CheckpointManifestCounts.From(kind => checks.RequiredCount(counts, RegistryFiles.ManifestKey(kind), $"{ManifestKey.Counts}.{RegistryFiles.ManifestKey(kind)}"))
            with { Unknown = counts.Rest() };
    }

    private static CheckpointManifestFiles? ReadFiles(ManifestChecks checks, ManifestObject root)
    {
        if (checks.RequiredObject(root, ManifestKey.Files) is not { } files)
        {
            return null;
        }

        var before = checks.Total;
        var paths = new ManifestPaths(checks, files);
        var config = paths.TakeFile(ManifestKey.ExperimentConfig);
        var experiment = paths.TakeFile(ManifestKey.Experiment);
        var registries = RegistryFiles.Kinds.ToArray().ToDictionary(static kind => kind, kind => paths.TakeFile(RegistryFiles.ManifestKey(kind)));
        var bundle = paths.TakeFile(ManifestKey.RepoBundle);
        var artifacts = paths.TakeDirectory(ManifestKey.ArtifactsDirectory);
        paths.Complete();
        return checks.Total != before ? null : new CheckpointManifestFiles
        {
            ExperimentConfig = config,
            Experiment = experiment,
            Tasks = registries[RegistryKind.Tasks],
            Ideas = registries[RegistryKind.Ideas],
            Variants = registries[RegistryKind.Variants],
            Submissions = registries[RegistryKind.Submissions],
            Events = registries[RegistryKind.Events],
            Workers = registries[RegistryKind.Workers],
            Groups = registries[RegistryKind.Groups],
            RepoBundle = bundle,
            ArtifactsDirectory = artifacts,
            Unknown = files.Rest(),
        };
    }
}
