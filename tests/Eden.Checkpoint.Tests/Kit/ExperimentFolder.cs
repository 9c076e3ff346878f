namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A synthetic experiment written out the way <c>--store dir:</c> takes it.</summary>
internal static class ExperimentFolder
{
    public static async Task WriteAsync(SyntheticExperiment experiment, string path)
    {
        Directory.CreateDirectory(path);
        await File.WriteAllTextAsync(Path.Combine(path, "experiment.json"), experiment.ExperimentJson);
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            await File.WriteAllBytesAsync(Path.Combine(path, CheckpointManifestFiles.Standard[kind]), experiment.JsonLines(kind));
        }
    }
}
