namespace Eden.Checkpoint.Format.Manifest;

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
}
