namespace Eden.Checkpoint.Format.Archive;

/// <summary>Opens archives that are files.</summary>
internal static class ArchiveFile
{
    /// <summary>Opens a file for one pass from start to end. A pipe or a device is taken too.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="name">The name of the parameter that it came by.</param>
    /// <exception cref="ArgumentException">The path is empty, or a directory's.</exception>
    /// <exception cref="IOException">The file is not there or cannot be opened; the message names it.</exception>
    public static FileStream Open(string path, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(path, name);
        return Directory.Exists(path)
            ? throw new ArgumentException($"'{path}' is a directory, not an archive.", name)
            : new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
    }
}
