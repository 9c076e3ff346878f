namespace Eden.Checkpoint.Registration;

/// <summary>Exports with the options of the configuration where a call has none of its own. Thread-safe.</summary>
internal sealed class ConfiguredExporter(ICheckpointExporter exporter, CheckpointExportOptions defaults) : ICheckpointExporter
{
    public Task<CheckpointExportResult> ExportAsync(Stream destination, CheckpointExportOptions? options = null, CancellationToken cancellationToken = default)
        => exporter.ExportAsync(destination, options ?? defaults, cancellationToken);

    public Task<CheckpointExportResult> ExportAsync(string path, CheckpointExportOptions? options = null, CancellationToken cancellationToken = default)
        => exporter.ExportAsync(path, options ?? defaults, cancellationToken);
}
