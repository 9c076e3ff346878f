using Eden.Git.Sync;
using Eden.Shared;

namespace Eden.Git;

/// <summary>Pushes a repository or a bundle to a remote.</summary>
/// <remarks>
/// <para>Branches and tags decide whether a push is complete. Other refs are pushed too, in a request of their own, as far as the remote takes them: git hosts keep
/// <c>refs/pull/*</c>, <c>refs/merge-requests/*</c> and the like for themselves.</para>
/// <para>A restored repository may be marked until its remote has its branches and tags (<see cref="MarkPending"/>). While the mark is there, <see cref="LocalClone"/>
/// refuses to make it equal to the remote; a complete push removes the mark, and the repository is the clone of that remote from then on.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public static class GitPush
{
    /// <summary>Pushes a repository on this machine. No sync of it goes on meanwhile, here or in another process.</summary>
    /// <param name="repositoryPath">The bare repository.</param>
    /// <param name="remoteUrl">An <c>http://</c>, <c>https://</c> or <c>file://</c> URL, or a path.</param>
    /// <param name="options">Credentials and the like; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>What became of it. What the remote refuses is part of the result.</returns>
    /// <exception cref="ArgumentException">The URL is of a kind that is not supported.</exception>
    /// <exception cref="GitException">The repository cannot be read, or the remote cannot be reached.</exception>
    public static async Task<GitPushResult> FromRepositoryAsync(
        string repositoryPath, string remoteUrl, GitPushOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryPath);
        options ??= new GitPushOptions();
        var remote = GitRemoteAddress.Parse(remoteUrl);
        var path = LocalClone.PlaceOf(repositoryPath);
        if (!Directory.Exists(path))
        {
            throw new GitRepositoryNotFoundException($"There is no repository '{path}' to push.");
        }

        var held = await SyncLock.AcquireAsync(path, options.Connection.TimeProvider, cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            using var place = TemporaryDirectory.Create(options.TemporaryDirectory);
            var outcome = await RestoredRepository.PushAsync(
                path, remote, options.Connection, options.Force, options.Limits, place.Path, options.Progress, cancellationToken).ConfigureAwait(false);
            return Settle(outcome, path, remote);
        }
    }

    /// <summary>Pushes every ref of a bundle.</summary>
    /// <param name="bundlePath">The bundle's file, which must not change meanwhile.</param>
    /// <param name="remoteUrl">An <c>http://</c>, <c>https://</c> or <c>file://</c> URL, or a path.</param>
    /// <param name="options">Credentials and the like; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>What became of it. What the remote refuses is part of the result.</returns>
    /// <exception cref="ArgumentException">The URL is of a kind that is not supported.</exception>
    /// <exception cref="GitDamagedException">The bundle is malformed.</exception>
    /// <exception cref="GitException">The remote cannot be reached.</exception>
    public static async Task<GitPushResult> FromBundleAsync(
        string bundlePath, string remoteUrl, GitPushOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(bundlePath);
        options ??= new GitPushOptions();
        var remote = GitRemoteAddress.Parse(remoteUrl);
        var push = new RemotePush(remote, options.Connection, options.Force, options.Limits, options.TemporaryDirectory, options.Progress);
        if (options.RestoredRepositoryPath is not { } restored)
        {
            return (await push.RunAsync(bundlePath, cancellationToken).ConfigureAwait(false)).ToResult(remote, null);
        }

        // Whoever syncs from now on must find the push either finished or not.
        var path = LocalClone.PlaceOf(restored);
        var held = await SyncLock.AcquireAsync(path, options.Connection.TimeProvider, cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            return Settle(await push.RunAsync(bundlePath, cancellationToken).ConfigureAwait(false), path, remote);
        }
    }

    /// <summary>Marks a repository whose refs are still to be pushed to a remote.</summary>
    /// <param name="repositoryPath">The bare repository.</param>
    /// <param name="remote">The remote.</param>
    public static void MarkPending(string repositoryPath, GitRemoteAddress remote)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryPath);
        ArgumentNullException.ThrowIfNull(remote);
        PendingPush.Write(repositoryPath, remote);
    }

    /// <summary>Says how to finish a push by hand that was not complete: a sentence with a git command for a POSIX shell.</summary>
    /// <param name="repositoryPath">The repository; <see langword="null"/> for a bundle that no repository was restored of.</param>
    /// <param name="remote">The remote.</param>
    public static string DescribeFinish(string? repositoryPath, GitRemoteAddress remote)
    {
        ArgumentNullException.ThrowIfNull(remote);
        return PushCommand.Finish(repositoryPath, remote, overwrites: false);
    }

    private static GitPushResult Settle(PushOutcome outcome, string path, GitRemoteAddress remote)
    {
        if (outcome.IsComplete)
        {
            PendingPush.TrySettle(path, remote);
        }

        return outcome.ToResult(remote, path);
    }
}
