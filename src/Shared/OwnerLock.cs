namespace Eden.Shared;

/// <summary>A locked file in a folder that is its maker's alone: while the maker lives, nobody else gets the lock. So the folders of killed processes are
/// told from those in use.</summary>
internal sealed class OwnerLock : IDisposable
{
    private const string Name = ".eden-owner";

    // In a folder on a file system without locks: nobody can know whether its maker lives, and it is never removed by others.
    private const string UnlockedName = ".eden-owner-unknown";

    private readonly IDisposable? _file;

    private OwnerLock(IDisposable? file) => _file = file;

    /// <summary>Whether a file of a folder is there for the lock's sake.</summary>
    private static bool IsName(ReadOnlySpan<char> name) => name is Name or UnlockedName;

    /// <summary>Takes a folder that was just made.</summary>
    /// <returns>The lock; <see langword="null"/> when somebody swept the folder before it was locked.</returns>
    public static OwnerLock? TryTake(string folder)
    {
        var path = Path.Combine(folder, Name);
        FileStream file;
        try
        {
            file = Make(path);
        }
        catch (Exception swept) when (swept is DirectoryNotFoundException || (swept is IOException refusal && FileLock.IsRefusal(refusal)))
        {
            return null;
        }

        try
        {
            if (!File.Exists(path))
            {
                file.Dispose();
                return null;
            }

            if (FileLock.IsHeld(path))
            {
                return new OwnerLock(file);
            }

            Make(Path.Combine(folder, UnlockedName)).Dispose();
            file.Dispose();
            File.Delete(path);
            return new OwnerLock(null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Removes a folder whose maker is dead; leaves any other as it is.</summary>
    public static void RemoveAbandoned(string folder)
    {
        try
        {
            if (Ownership.IsOwn(folder, FileKind.Directory) && TryTakeOver(folder) is { } taken)
            {
                using (taken)
                {
                    taken.Remove(folder);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Somebody is at work there, or has removed it.
        }
    }

    /// <summary>Removes the folder with everything in it, the lock last: what a process that is killed meanwhile leaves is still told from what is in use.</summary>
    public void Remove(string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).GetFileSystemInfos())
        {
            if (entry is DirectoryInfo directory)
            {
                directory.Delete(recursive: true);
            }
            else if (!IsName(entry.Name))
            {
                entry.Delete();
            }
        }

        if (OperatingSystem.IsWindows())
        {
            // What is open cannot be deleted there.
            Dispose();
        }

        try
        {
            File.Delete(Path.Combine(folder, Name));
            File.Delete(Path.Combine(folder, UnlockedName));
            Directory.Delete(folder, recursive: false);
        }
        catch (DirectoryNotFoundException)
        {
            // Without its lock the empty folder is anybody's to sweep, and somebody did.
        }
    }

    public void Dispose() => _file?.Dispose();

    private static FileStream Make(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    private static OwnerLock? TryTakeOver(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (Ownership.IsOwn(path, FileKind.File))
        {
            return new OwnerLock(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        }

        // Its maker died before it had the lock, if it is empty; nothing else goes away here.
        Directory.Delete(folder, recursive: false);
        return null;
    }
}
