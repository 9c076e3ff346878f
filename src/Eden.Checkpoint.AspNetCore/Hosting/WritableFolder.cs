namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>Finds out whether files can be written into a folder, by writing one.</summary>
internal static class WritableFolder
{
    /// <summary>Makes the folder, for this user only, when it is not there, and tries it.</summary>
    public static void Ensure(string folder)
    {
        if (!Directory.Exists(folder))
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        Probe(folder);
    }

    /// <summary>Writes a file and removes it.</summary>
    public static void Probe(string folder)
    {
        var path = Path.Combine(folder, $".eden-probe-{Guid.NewGuid():N}");
        new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
    }
}
