namespace Eden.Shared;

/// <summary>Removes folders whose files may be read-only, as git leaves its packs.</summary>
internal static class FolderRemoval
{
    /// <summary>Deletes a folder with everything in it; nothing when it is not there.</summary>
    public static void Delete(string path)
    {
        if (path.Length == 0 || !Directory.Exists(path))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            // A read-only file cannot be deleted there.
            foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
            {
                File.SetAttributes(file, FileAttributes.Normal);
            }
        }

        Directory.Delete(path, recursive: true);
    }
}
