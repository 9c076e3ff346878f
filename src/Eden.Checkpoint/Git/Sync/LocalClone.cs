using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Git.Sync;

namespace Eden.Checkpoint.Git;

/// <summary>Keeps a bare clone equal to its remote: every ref that the remote advertises, and no other.</summary>
/// <remarks>
/// <para>Thread-safe. Syncs of one path wait for each other, also across processes, by an open lock file <c>&lt;path&gt;.sync-lock</c> that stays.</para>
/// <para>A sync fetches into a repository of its own, beside the clone or inside it, and changes the clone only when everything has
/// arrived: a sync that fails or is interrupted leaves the clone as it was, and an interrupted first one leaves none. What a killed process left is removed by the next sync.</para>
/// <para>The clone may belong to another user, as long as this process may write it: the host configured that path. libgit2's ownership check
/// stays on for the rest of the process; a remote given as a path is still subject to it. Over HTTP(S), neither proxies nor <c>insteadOf</c> rules of the machine's git
/// configuration apply, redirects are followed on the same scheme, host and port only, and the system validates certificates.</para>
/// </remarks>
public static class LocalClone
{
    /// <summary>Clones the remote when <paramref name="path"/> is absent or empty; else fetches and prunes. <c>HEAD</c> follows the remote's default branch.</summary>
    /// <param name="path">The bare clone's folder. Missing parents are made.</param>
    /// <param name="remoteUrl">An <c>http://</c>, <c>https://</c> or <c>file://</c> URL, or a path. User information in it is never stored or shown;
    /// its password serves as the credential when the options have none.</param>
    /// <param name="options">How to talk to the remote; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Cancels the sync; the task ends when everything temporary is gone.</param>
    /// <returns>What changed. A remote without refs gives a clone without refs.</returns>
    /// <exception cref="ArgumentException">The URL is of another kind.</exception>
    /// <exception cref="CheckpointRepoUnavailableException">The remote cannot be reached, refuses the credential or breaks off; the path holds something else,
    /// or a clone of another remote; a file cannot be written; or the time is over. The inner exception has the cause.</exception>
    public static async Task<LocalCloneResult> EnsureAsync(
        string path, string remoteUrl, LocalCloneOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var remote = RemoteAddress.Parse(remoteUrl);
        return await EnsureAsync(path, remote, options ?? LocalCloneOptions.Default, static (result, _) => Task.FromResult(result), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Syncs, then calls <paramref name="use"/> while no other sync may change the clone.</summary>
    internal static async Task<T> EnsureAsync<T>(
        string path, RemoteAddress remote, LocalCloneOptions options, Func<LocalCloneResult, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        var fullPath = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var held = await WithinTimeAsync(AcquireAsync, fullPath, remote, options, cancellationToken).ConfigureAwait(false);
        await using (held.Lock.ConfigureAwait(false))
        {
            var result = await WithinTimeAsync(SyncAsync, fullPath, remote, options with { Timeout = held.Remaining }, cancellationToken).ConfigureAwait(false);
            return await use(result, cancellationToken).ConfigureAwait(false);
        }

        async Task<(SyncLock Lock, TimeSpan Remaining)> AcquireAsync(CancellationToken token)
        {
            var started = options.TimeProvider.GetTimestamp();
            var acquired = await SyncLock.AcquireAsync(fullPath, options.TimeProvider, token).ConfigureAwait(false);
            var remaining = options.Timeout - options.TimeProvider.GetElapsedTime(started);
            return (acquired, remaining > TimeSpan.FromMilliseconds(1) ? remaining : TimeSpan.FromMilliseconds(1));
        }

        async Task<LocalCloneResult> SyncAsync(CancellationToken token)
        {
            var started = options.TimeProvider.GetTimestamp();

            // libgit2 blocks: it gets a thread of its own and not one of the pool's few.
            var result = await Task.Factory.StartNew(
                new CloneSync(fullPath, remote, options, token).Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            if (options.Logger is { } logger)
            {
                var elapsed = options.TimeProvider.GetElapsedTime(started).TotalMilliseconds;
                if (result.WasCreated)
                {
                    Log.Cloned(logger, remote.Text, fullPath, result.RefCount, result.ReceivedObjects, elapsed);
                }
                else
                {
                    Log.Synced(logger, fullPath, remote.Text, result.RefCount, result.ChangedRefs, result.PrunedRefs, result.ReceivedObjects, elapsed);
                }
            }

            return result;
        }
    }

    private static async Task<T> WithinTimeAsync<T>(
        Func<CancellationToken, Task<T>> work, string path, RemoteAddress remote, LocalCloneOptions options, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Timeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await work(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception)
        {
            var failure = exception switch
            {
                CheckpointRepoUnavailableException known => known,
                OperationCanceledException => new CheckpointRepoUnavailableException(
                    $"The sync of '{path}' with '{remote}' did not end within its time.", new TimeoutException()),
                _ => new CheckpointRepoUnavailableException($"The clone '{path}' of '{remote}' could not be synced: {exception.Message}", exception),
            };
            if (options.Logger is { } logger)
            {
                Log.SyncFailed(logger, path, remote.Text, failure.Message);
            }

            throw failure;
        }
    }
}
