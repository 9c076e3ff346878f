namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>Opens a file for one pass from start to end.</summary>
internal static class OpenArchive
{
    public static FileStream ForReading(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"Is a directory: '{path}'.");
        }

        return new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 1 << 16,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        });
    }
}
