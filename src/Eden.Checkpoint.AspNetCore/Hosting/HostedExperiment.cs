namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>One experiment with what serves it; no importer where it can only be read.</summary>
internal sealed record HostedExperiment(CheckpointExperiment Settings, ICheckpointExporter Exporter, ICheckpointImporter? Importer);
