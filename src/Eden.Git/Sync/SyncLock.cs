using Eden.Shared;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Sync;

/// <summary>The right to sync one clone: an open lock file beside it, and a lock on its folder once that is there, exclusive across threads and processes. The
/// system lets go of both when a process dies.</summary>
internal sealed class SyncLock : IAsyncDisposable
{
    private const string FileBeside = ".sync-lock";
    private const string FileInside = "eden-sync-lock";
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMilliseconds(500);
    private readonly FileStream _file;
    private readonly SafeFileHandle? _folder;

    private SyncLock(FileStream file, SafeFileHandle? folder)
    {
        _file = file;
        _folder = folder;
    }

    /// <summary>Waits until no one else syncs the clone at <paramref name="path"/>, a path without symbolic links.</summary>
    /// <remarks>The empty lock file stays: deleting it would let two waiters lock two files of the same name.</remarks>
    public static async Task<SyncLock> AcquireAsync(string path, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is not null)
        {
            Directory.CreateDirectory(parent);
        }

        var delay = s_firstDelay;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryAcquire(path) is { } held)
            {
                return held;
            }

            await Task.Delay(delay, timeProvider, cancellationToken).ConfigureAwait(false);
            delay = delay * 2 < s_longestDelay ? delay * 2 : s_longestDelay;
        }
    }

    public static SyncLock? TryAcquire(string path)
    {
        if (TryOpen(path) is not { } file)
        {
            return null;
        }

        if (FolderLock.TryTake(path, out var folder))
        {
            return new SyncLock(file, folder);
        }

        file.Dispose();
        return null;
    }

    public ValueTask DisposeAsync()
    {
        _folder?.Dispose();
        return _file.DisposeAsync();
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return TryOpenFile(NameBeside.Of(path, FileBeside));
        }
        catch (Exception exception) when (Directory.Exists(path) && exception is UnauthorizedAccessException or IOException)
        {
            // A volume mounted at the clone's path, in a folder that is read-only.
            return TryOpenFile(Path.Combine(path, FileInside));
        }
    }

    /// <summary>Tells whether anybody has ever synced a clone at <paramref name="path"/>, a path without symbolic links.</summary>
    public static bool IsKnown(string path) => File.Exists(NameBeside.Of(path, FileBeside)) || File.Exists(Path.Combine(path, FileInside));

    private static FileStream? TryOpenFile(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException exception) when (FileLock.IsRefusal(exception))
        {
            return null;
        }
    }
}
