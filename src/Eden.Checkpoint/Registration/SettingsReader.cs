using Eden.Git;
using Eden.Shared;
using Microsoft.Extensions.Configuration;

namespace Eden.Checkpoint.Registration;

/// <summary>Reads <see cref="CheckpointSettings"/>: one line a setting. A test holds it against the properties of the options.</summary>
/// <remarks>The configuration binder does not do it: options are immutable and have no setters, and it does not name the key of what it cannot take.</remarks>
internal static class SettingsReader
{
    public static CheckpointSettings Read(IConfiguration configuration, CheckpointSettings defaults, IEnumerable<string> otherKeys)
    {
        var section = new SettingsSection(configuration);
        section.Leave(otherKeys);

        var experimentId = section.Text("ExperimentId", defaults.ExperimentId, static (_, text) => new CheckpointExportOptions { ExperimentId = text }.ExperimentId);
        var repositoryPath = section.Text("RepositoryPath", defaults.RepositoryPath, static (_, text) => new CheckpointImportOptions { RepositoryPath = text }.RepositoryPath);
        var remoteUrl = section.Text("RemoteUrl", defaults.RemoteUrl, static (_, text) => new CheckpointImportOptions { RemoteUrl = text }.RemoteUrl);
        var credentials = section.Text("CredentialHelper", defaults.Credentials, static (_, text) => new CredentialHelper(text));
        var checkpoints = section.Text("CheckpointDirectory", defaults.CheckpointDirectory, static (_, text) => text.Length > 0 ? Path.GetFullPath(text) : throw new ArgumentException("The path is empty."));
        var limits = ReadLimits(section.Section("Limits"), defaults.Limits);

        var export = defaults.Export with { Limits = limits, ExperimentId = experimentId };
        var import = defaults.Import with { Limits = limits, RepositoryPath = repositoryPath, RemoteUrl = remoteUrl, Credentials = credentials };
        var verification = defaults.Verification with { Limits = limits };
        var comparison = defaults.Comparison with { Limits = limits };
        (export, import, verification, comparison) = section.Choice<(CheckpointExportOptions, CheckpointImportOptions, CheckpointVerificationOptions, CheckpointComparisonOptions), GitVerification>(
            "Depth",
            (export, import, verification, comparison),
            static (all, value) => (all.Item1 with { Depth = value }, all.Item2 with { Depth = value }, all.Item3 with { Depth = value }, all.Item4 with { Depth = value }));
        (export, import, verification, comparison) = section.Text(
            "TemporaryDirectory",
            (export, import, verification, comparison),
            static (all, value) => (
                all.export with { TemporaryDirectory = value },
                all.import with { TemporaryDirectory = value },
                all.verification with { TemporaryDirectory = value },
                all.comparison with { TemporaryDirectory = value }));

        var schedule = section.Section("Schedule");
        var settings = new CheckpointSettings
        {
            ExperimentId = experimentId,
            RepositoryPath = repositoryPath,
            RemoteUrl = remoteUrl,
            Credentials = credentials,
            CheckpointDirectory = checkpoints,
            Limits = limits,
            Export = ReadExport(section.Section("Export"), export),
            Import = ReadImport(section.Section("Import"), import),
            Verification = ReadVerification(section.Section("Verification"), verification),
            Comparison = ReadComparison(section.Section("Comparison"), comparison),
            Sync = ReadSync(section.Section("Sync"), defaults.Sync),
            Schedule = schedule.HasSettings ? ReadSchedule(schedule, defaults.Schedule ?? new CheckpointSchedule()) : defaults.Schedule,
        };
        section.RefuseOthers();
        section.ThrowIfFaulty();
        return settings;
    }

    private static CheckpointLimits ReadLimits(SettingsSection section, CheckpointLimits limits)
    {
        limits = section.Number("MaxManifestBytes", limits, static (at, value) => at with { MaxManifestBytes = (int)value });
        limits = section.Number("MaxExperimentBytes", limits, static (at, value) => at with { MaxExperimentBytes = (int)value });
        limits = section.Number("MaxConfigBytes", limits, static (at, value) => at with { MaxConfigBytes = (int)value });
        limits = section.Number("MaxLineBytes", limits, static (at, value) => at with { MaxLineBytes = (int)value });
        limits = section.Number("MaxJsonDepth", limits, static (at, value) => at with { MaxJsonDepth = (int)value });
        limits = section.Number("MaxMembers", limits, static (at, value) => at with { MaxMembers = (int)value });
        limits = section.Number("MaxPathBytes", limits, static (at, value) => at with { MaxPathBytes = (int)value });
        limits = section.Number("MaxArchiveBytes", limits, static (at, value) => at with { MaxArchiveBytes = value });
        limits = section.Number("MaxTrailingZeros", limits, static (at, value) => at with { MaxTrailingZeros = value });
        limits = section.Number("MaxCommitBytes", limits, static (at, value) => at with { MaxCommitBytes = (int)value });
        limits = section.Number("MaxObjectBytes", limits, static (at, value) => at with { MaxObjectBytes = value });
        limits = section.Number("MaxBundleRefs", limits, static (at, value) => at with { MaxBundleRefs = (int)value });
        limits = section.Number("MaxBundleHeaderBytes", limits, static (at, value) => at with { MaxBundleHeaderBytes = value });
        limits = section.Number("MaxBundleInflatedBytes", limits, static (at, value) => at with { MaxBundleInflatedBytes = value });
        limits = section.Number("MaxBundleInflation", limits, static (at, value) => at with { MaxBundleInflation = (int)value });
        limits = section.Number("SmallBundleInflatedBytes", limits, static (at, value) => at with { SmallBundleInflatedBytes = value });
        limits = section.Number("MaxBundleSpilledBytes", limits, static (at, value) => at with { MaxBundleSpilledBytes = value });
        limits = section.Number("MaxViolations", limits, static (at, value) => at with { MaxViolations = (int)value });
        section.RefuseOthers();
        return limits;
    }

    private static CheckpointExportOptions ReadExport(SettingsSection section, CheckpointExportOptions options)
    {
        options = section.Text("ExperimentId", options, static (at, value) => at with { ExperimentId = value });
        options = section.Text("FormatVersion", options, static (at, value) => at with { FormatVersion = value });
        options = section.Flag("RequireResumable", options, static (at, value) => at with { RequireResumable = value });
        options = section.Flag("AllowRowViolations", options, static (at, value) => at with { AllowRowViolations = value });
        options = section.Text("Implementation", options, static (at, value) => at with { Implementation = value });
        options = section.Choice<CheckpointExportOptions, GitVerification>("Depth", options, static (at, value) => at with { Depth = value });
        options = section.Text("TemporaryDirectory", options, static (at, value) => at with { TemporaryDirectory = value });
        section.RefuseOthers();
        return options;
    }

    private static CheckpointImportOptions ReadImport(SettingsSection section, CheckpointImportOptions options)
    {
        options = section.Text("AsExperimentId", options, static (at, value) => at with { AsExperimentId = value });
        options = section.Text("ExpectedExperimentId", options, static (at, value) => at with { ExpectedExperimentId = value });
        options = section.Text("RepositoryPath", options, static (at, value) => at with { RepositoryPath = value });
        options = section.Text("RemoteUrl", options, static (at, value) => at with { RemoteUrl = value });
        options = section.Flag("ForcePush", options, static (at, value) => at with { ForcePush = value });
        options = section.Text("CredentialsDirectory", options, static (at, value) => at with { CredentialsDirectory = value });
        options = section.Choice<CheckpointImportOptions, GitVerification>("Depth", options, static (at, value) => at with { Depth = value });
        options = section.Text("TemporaryDirectory", options, static (at, value) => at with { TemporaryDirectory = value });
        section.RefuseOthers();
        return options;
    }

    private static CheckpointVerificationOptions ReadVerification(SettingsSection section, CheckpointVerificationOptions options)
    {
        options = section.Choice<CheckpointVerificationOptions, GitVerification>("Depth", options, static (at, value) => at with { Depth = value });
        options = section.Text("TemporaryDirectory", options, static (at, value) => at with { TemporaryDirectory = value });
        section.RefuseOthers();
        return options;
    }

    private static CheckpointComparisonOptions ReadComparison(SettingsSection section, CheckpointComparisonOptions options)
    {
        options = section.Choice<CheckpointComparisonOptions, CheckpointAllowances>("Allowances", options, static (at, value) => at with { Allowances = value });
        options = section.Flag("RightImportedFromLeft", options, static (at, value) => at with { RightImportedFromLeft = value });
        options = section.Flag("CompareObjects", options, static (at, value) => at with { CompareObjects = value });
        options = section.Number("MaxDifferences", options, static (at, value) => at with { MaxDifferences = (int)value });
        options = section.Number("MaxSamples", options, static (at, value) => at with { MaxSamples = (int)value });
        options = section.Choice<CheckpointComparisonOptions, GitVerification>("Depth", options, static (at, value) => at with { Depth = value });
        options = section.Text("TemporaryDirectory", options, static (at, value) => at with { TemporaryDirectory = value });
        section.RefuseOthers();
        return options;
    }

    private static LocalCloneOptions ReadSync(SettingsSection section, LocalCloneOptions options)
    {
        options = section.Flag("AllowPlainHttpCredentials", options, static (at, value) => at with { AllowPlainHttpCredentials = value });
        options = section.Time("Timeout", options, static (at, value) => at with { Timeout = value });
        options = section.Time("ConnectTimeout", options, static (at, value) => at with { ConnectTimeout = value });
        options = section.NumberOrNone("MaxPacks", options, static (at, value) => at with { MaxPacks = (int?)value });
        options = section.Flag("FinishPush", options, static (at, value) => at with { FinishPush = value });
        section.RefuseOthers();
        return options;
    }

    private static CheckpointSchedule ReadSchedule(SettingsSection section, CheckpointSchedule schedule)
    {
        schedule = section.Flag("Enabled", schedule, static (at, value) => at with { Enabled = value });
        schedule = section.Time("Interval", schedule, static (at, value) => at with { Interval = value });
        schedule = section.Number("RetentionCount", schedule, static (at, value) => at with { RetentionCount = (int)value });
        schedule = section.Flag("OnTerminate", schedule, static (at, value) => at with { OnTerminate = value });
        schedule = section.Time("StateInterval", schedule, static (at, value) => at with { StateInterval = value });
        section.RefuseOthers();
        return schedule;
    }
}
