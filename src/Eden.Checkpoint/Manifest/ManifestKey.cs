namespace Eden.Checkpoint.Manifest;

/// <summary>The keys of spec §5, spelt once.</summary>
internal static class ManifestKey
{
    public const string FormatVersion = "checkpoint_format_version";
    public const string SpecVersion = "spec_version";
    public const string ExperimentId = "experiment_id";
    public const string ExportedAt = "exported_at";
    public const string Exporter = "exporter";
    public const string Implementation = "implementation";
    public const string AtomicityMechanism = "atomicity_mechanism";
    public const string RequiresCredentialReissue = "requires_credential_reissue";
    public const string Counts = "counts";
    public const string Files = "files";
    public const string ExperimentConfig = "experiment_config";
    public const string Experiment = "experiment";
    public const string RepoBundle = "repo_bundle";
    public const string ArtifactsDirectory = "artifacts_dir";

    /// <summary>Gets the registries in the order of the archive.</summary>
    public static IReadOnlyList<RegistryKind> Registries { get; } = Enum.GetValues<RegistryKind>();

    /// <summary>Returns the key of a registry under <see cref="Counts"/> and <see cref="Files"/>.</summary>
    public static string Of(RegistryKind kind) => kind switch
    {
        RegistryKind.Tasks => "tasks",
        RegistryKind.Ideas => "ideas",
        RegistryKind.Variants => "variants",
        RegistryKind.Submissions => "submissions",
        RegistryKind.Events => "events",
        RegistryKind.Workers => "workers",
        RegistryKind.Groups => "groups",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such registry."),
    };
}
