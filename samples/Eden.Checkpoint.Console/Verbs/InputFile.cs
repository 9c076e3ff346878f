namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>Opens what a verb reads: a file, a pipe, or standard input for a single dash.</summary>
internal static class InputFile
{
    private const string StandardInput = "-";

    public static bool IsStandardInput(string path) => path == StandardInput;

    /// <summary>Returns what messages call it.</summary>
    public static string Name(string path) => IsStandardInput(path) ? "standard input" : path;

    /// <summary>Opens it for one pass from start to end.</summary>
    public static Stream Open(string path)
    {
        if (IsStandardInput(path))
        {
            return Console.OpenStandardInput();
        }

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

    /// <summary>Opens it for more than one pass: what comes only once is copied to a temporary file, which is gone when it is closed.</summary>
    public static async Task<Stream> OpenSeekableAsync(string path, CancellationToken cancellationToken)
    {
        var stream = Open(path);
        if (stream.CanSeek)
        {
            return stream;
        }

        await using (stream.ConfigureAwait(false))
        {
            var copy = TemporaryFile.Create();
            try
            {
                await stream.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
                copy.Position = 0;
                return copy;
            }
            catch
            {
                await copy.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}
