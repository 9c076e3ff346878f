namespace Eden.Checkpoint.Storage;

/// <summary>Writes a file that appears whole or not at all.</summary>
internal static class AtomicFile
{
    private const string AsideExtension = ".tmp";

    /// <summary>Removes what writes that never ended have left in a directory: the process was killed, or the machine stopped.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="before">What was written to since then may still be under way.</param>
    public static void DeleteAbandoned(string directory, DateTimeOffset before)
    {
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles(".*" + AsideExtension))
        {
            if (IsAside(file.Name) && file.LastWriteTimeUtc < before.UtcDateTime)
            {
                file.Delete();
            }
        }
    }

    /// <summary>Finds the file that a path means: symbolic links are followed, so that none is replaced.</summary>
    /// <param name="path">The path.</param>
    /// <param name="name">The name of the parameter that it came by.</param>
    /// <exception cref="ArgumentException">There is a directory, a device, a pipe or a socket.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory to write into is not there.</exception>
    public static string Target(string path, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(path, name);
        var target = Path.GetFullPath(path);
        if (SpecialFile.IsAt(target))
        {
            throw new ArgumentException("The destination is a device, a pipe or a socket: it would be replaced by a file.", name);
        }

        var there = new FileInfo(target);
        if (there.LinkTarget is not null)
        {
            target = there.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }

        if (Directory.Exists(target))
        {
            throw new ArgumentException("The destination is a directory.", name);
        }

        return Directory.Exists(Path.GetDirectoryName(target))
            ? target
            : throw new DirectoryNotFoundException("The directory of the destination does not exist.");
    }

    /// <summary>Writes aside in the same directory, flushes to disk and renames; on any failure nothing is left.</summary>
    public static async Task<T> WriteAsync<T>(
        string path, Func<Stream, CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        var aside = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}{AsideExtension}");
        try
        {
            T result;
            var file = new FileStream(aside, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 1 << 16,
                Options = FileOptions.Asynchronous,
            });
            await using (file.ConfigureAwait(false))
            {
                result = await write(file, cancellationToken).ConfigureAwait(false);
                await file.FlushAsync(cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            File.Move(aside, path, overwrite: true);
            DirectoryFlush.Flush(Path.GetDirectoryName(path)!);
            return result;
        }
        finally
        {
            // Gone already when the rename has happened; File.Delete does not mind.
            File.Delete(aside);
        }
    }

    private static bool IsAside(string name)
    {
        var stem = Path.GetFileNameWithoutExtension(name.AsSpan());
        var dot = stem.LastIndexOf('.');
        return dot > 1 && Guid.TryParseExact(stem[(dot + 1)..], "N", out _);
    }
}
