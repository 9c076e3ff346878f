namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>One experiment with what serves it.</summary>
internal sealed record HostedExperiment(CheckpointExperiment Settings, ICheckpointExporter Exporter, ICheckpointImporter Importer);
