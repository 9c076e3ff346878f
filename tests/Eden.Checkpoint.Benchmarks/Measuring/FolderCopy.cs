namespace Eden.Checkpoint.Benchmarks;

/// <summary>Copies folders.</summary>
internal static class FolderCopy
{
    /// <summary>Copies a folder with everything below it to where nothing is yet.</summary>
    public static void Create(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
