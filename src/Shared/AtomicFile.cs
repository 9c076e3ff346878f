namespace Eden.Shared;

/// <summary>Writes a file that appears whole or not at all.</summary>
internal static class AtomicFile
{
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
        var directory = Path.GetDirectoryName(path)!;
        T result;
        var aside = AsideFile.Create(directory);
        await using (aside.ConfigureAwait(false))
        {
            result = await write(aside.Stream, cancellationToken).ConfigureAwait(false);
            await aside.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            aside.MoveTo(path);
        }

        DirectoryFlush.Flush(directory);
        return result;
    }
}
