namespace Eden.Shared;

/// <summary>A file under a hidden name, written beside its place and then moved there. It is locked while its writer lives: what killed processes have left
/// is told from what is being written, and removed by the next one that writes into the directory.</summary>
/// <remarks>The name does not grow with that of the place, which may be as long as the file system allows.</remarks>
internal sealed class AsideFile : IAsyncDisposable
{
    private const string Prefix = ".eden-";

    // Of a writer whose lock others see. Without one nobody can know whether it lives, and such a file is never removed by others.
    private const string LockedExtension = ".tmp";
    private const string UnlockedExtension = ".part";
    private const int MaxAttempts = 100;

    private readonly string _path;
    private readonly IDisposable? _lock;
    private bool _isMoved;

    private AsideFile(string path, FileStream stream, IDisposable? held)
    {
        _path = path;
        Stream = stream;
        _lock = held;
    }

    /// <summary>Gets the stream to write to; closed when this is disposed.</summary>
    public FileStream Stream { get; }

    /// <summary>Removes what killed writers have left in the directory, and makes a new file there.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="bufferSize">The size of the stream's buffer, in bytes.</param>
    public static AsideFile Create(string directory, int bufferSize = 1 << 16)
    {
        Sweep(directory);
        for (var attempt = 1; attempt < MaxAttempts; attempt++)
        {
            if (TryCreate(directory, bufferSize, LockedExtension) is { } file)
            {
                if (file._lock is not null)
                {
                    return file;
                }

                file.Delete();
                break;
            }
        }

        return TryCreate(directory, bufferSize, UnlockedExtension)!;
    }

    /// <summary>Puts the file in its place, flushed to disk.</summary>
    /// <param name="path">The place, in a directory of the same file system. A file that is there is replaced.</param>
    public void MoveTo(string path)
    {
        Stream.Flush(flushToDisk: true);
        try
        {
            // Still locked: nobody can take it for a leftover in between.
            File.Move(_path, path, overwrite: true);
        }
        catch (IOException) when (File.Exists(_path))
        {
            // Some file systems do not rename what is open.
            Stream.Dispose();
            _lock?.Dispose();
            File.Move(_path, path, overwrite: true);
        }

        _isMoved = true;
    }

    /// <summary>Closes the file, and deletes it unless it was moved.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Stream.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Delete();
        }
    }

    private static AsideFile? TryCreate(string directory, int bufferSize, string extension)
    {
        var path = Path.Combine(directory, $"{Prefix}{Guid.NewGuid():N}{extension}");
        FileStream stream;
        try
        {
            stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = bufferSize,
                Options = FileOptions.Asynchronous,
            });
        }
        catch (IOException swept) when (extension == LockedExtension && FileLock.IsRefusal(swept))
        {
            // Between the making and the locking somebody took it for a leftover, and deletes it.
            return null;
        }

        IDisposable? held = null;
        try
        {
            if (extension == UnlockedExtension || TryLock(path, out held))
            {
                return new AsideFile(path, stream, held);
            }

            stream.Dispose();
            return null;
        }
        catch
        {
            stream.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Locks the file by a handle of its own: over some networks only reading handles can share a lock.</summary>
    /// <returns>Whether the file is still there.</returns>
    private static bool TryLock(string path, out IDisposable? held)
    {
        held = null;
        var isLocked = false;
        try
        {
            held = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            isLocked = FileLock.IsHeld(path);
            return true;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            // A umask that does not let this user read what it writes.
            return true;
        }
        finally
        {
            if (!isLocked)
            {
                held?.Dispose();
                held = null;
            }
        }
    }

    private static void Sweep(string directory)
    {
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory, Prefix + "*" + LockedExtension))
            {
                if (IsAside(Path.GetFileName(path.AsSpan())) && Ownership.IsOwn(path, FileKind.File))
                {
                    Remove(path);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A directory that may be written but not read; one that is not there is told by who makes the file.
        }
    }

    private static bool IsAside(ReadOnlySpan<char> name)
        => Guid.TryParseExact(name[Prefix.Length..^LockedExtension.Length], "N", out _);

    private static void Remove(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its writer is at work, or somebody else has removed it.
        }
    }

    private void Delete()
    {
        if (!_isMoved)
        {
            File.Delete(_path);
        }

        Stream.Dispose();
        _lock?.Dispose();
    }
}
