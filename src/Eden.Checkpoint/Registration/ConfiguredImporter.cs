namespace Eden.Checkpoint.Registration;

/// <summary>Imports with the options of the configuration where a call has none of its own. Thread-safe.</summary>
internal sealed class ConfiguredImporter(ICheckpointImporter importer, CheckpointImportOptions defaults) : ICheckpointImporter
{
    public Task<CheckpointImportResult> ImportAsync(Stream archive, CheckpointImportOptions? options = null, CancellationToken cancellationToken = default)
        => importer.ImportAsync(archive, options ?? defaults, cancellationToken);

    public Task<PriorImport?> FindPriorImportAsync(CheckpointManifest manifest, CancellationToken cancellationToken = default)
        => importer.FindPriorImportAsync(manifest, cancellationToken);
}
