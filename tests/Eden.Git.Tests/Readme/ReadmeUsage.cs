namespace Eden.Git.Tests.Readme;

/// <summary>The code of the package's README, compiled and run as it stands there.</summary>
internal static class ReadmeUsage
{
    public static async Task RunAsync(string repositoryPath, string bundlePath, string restoredPath, string clonePath)
    {
        #region usage
        var created = await GitBundle.CreateAsync(repositoryPath, bundlePath);
        Console.WriteLine($"{created.RefCount} refs, {created.ObjectCount} objects, {created.Length} bytes");

        await using (var file = File.OpenRead(bundlePath))
        {
            var header = await GitBundle.ReadHeaderAsync(file);
            Console.WriteLine(string.Join(", ", header.Refs.Select(entry => entry.Name)));
        }

        var report = await GitBundle.VerifyAsync(bundlePath);
        Console.WriteLine(report.IsWhole ? "whole" : string.Join(Environment.NewLine, report.Faults));

        var restored = await GitBundle.RestoreAsync(bundlePath, restoredPath);
        var clone = await LocalClone.EnsureAsync(clonePath, restored.RepositoryPath);
        Console.WriteLine($"{clone.RefCount} refs at {clone.Path}");
        #endregion
    }
}
