namespace Eden.Checkpoint.Git.Sync;

/// <summary>The right to sync one clone: an open lock file beside it, exclusive across threads and processes. The system lets go of it when a process dies.</summary>
internal sealed class SyncLock : IAsyncDisposable
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMilliseconds(500);
    private readonly FileStream _file;

    private SyncLock(FileStream file) => _file = file;

    /// <summary>Waits until no one else syncs the clone at <paramref name="path"/>.</summary>
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
        try
        {
            return TryOpen(path + ".sync-lock");
        }
        catch (Exception exception) when (Directory.Exists(path) && exception is UnauthorizedAccessException or IOException)
        {
            // A volume mounted at the clone's path, in a folder that is read-only.
            return TryOpen(Path.Combine(path, "eden-sync-lock"));
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static SyncLock? TryOpen(string file)
    {
        try
        {
            return new SyncLock(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException exception) when (IsHeldElsewhere(exception))
        {
            return null;
        }
    }

    private static bool IsHeldElsewhere(IOException exception) => OperatingSystem.IsWindows()
        ? (exception.HResult & 0xFFFF) is 32 or 33
        : exception.HResult is 11 or 35; // EWOULDBLOCK on Linux, on macOS and the BSDs
}
