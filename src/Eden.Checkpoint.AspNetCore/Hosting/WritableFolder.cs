namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>Finds out whether files can be written into a folder, by writing one.</summary>
internal static class WritableFolder
{
    /// <summary>Writes a file and removes it.</summary>
    public static void Probe(string folder)
    {
        var path = Path.Combine(folder, $".eden-probe-{Guid.NewGuid():N}");
        new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
    }
}
