using Eden.Checkpoint;
using Eden.Git.Remotes;
using Eden.Git.Sync;
using Eden.Shared;

namespace Eden.Git;

/// <summary>Keeps a bare clone equal to its remote: every ref that the remote advertises, and no other.</summary>
/// <remarks>
/// <para>Thread-safe. Syncs of one clone wait for each other, also across processes, by an open lock file <c>&lt;path&gt;.sync-lock</c> that stays and, on Linux, by a
/// lock on the folder: whichever links or mounts lead to it, also from several containers.
/// Callers who wait at the same time in one process, for the same remote with equal options, share the next sync and its result: one that
/// begins after they asked. A failure is told to each; a cancellation or a timeout ends the waiting of one, and the sync when nobody is left.</para>
/// <para>A sync fetches into a repository of its own, beside the clone or inside it, and changes the clone only when everything has
/// arrived: a sync that fails or is interrupted leaves the clone as it was, and an interrupted first one leaves none. What a killed process left is removed by the next sync.</para>
/// <para>Each sync that brings something adds a pack. From time to time one makes a single pack of them (<see cref="LocalCloneOptions.MaxPacks"/>), so that a clone stays quick for
/// years without git's own gc; objects that no ref reaches any more are kept.</para>
/// <para>The clone may belong to another user, as long as this process may write it: the host configured that path. libgit2's ownership check
/// stays on for the rest of the process; a remote given as a path is still subject to it. Over HTTP(S), neither proxies nor <c>insteadOf</c> rules of the machine's git
/// configuration apply, redirects are followed on the same scheme, host and port only, and the system validates certificates.</para>
/// </remarks>
public static class LocalClone
{
    /// <summary>Clones the remote when <paramref name="path"/> is absent or empty; else fetches and prunes. <c>HEAD</c> follows the remote's default branch.</summary>
    /// <param name="path">The bare clone's folder; symbolic links are followed. Missing parents are made.</param>
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
        return await EnsureAsync(path, remote, options ?? LocalCloneOptions.Default, static (result, _, _) => Task.FromResult(result), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Syncs, then calls <paramref name="use"/> while no other sync may change the clone.</summary>
    internal static Task<T> EnsureAsync<T>(
        string path, RemoteAddress remote, LocalCloneOptions options, CloneUse<T> use, CancellationToken cancellationToken)
        => SyncRound.ShareAsync(PlaceOf(path), remote, options, use, cancellationToken);

    /// <summary>Follows the symbolic links of a path: everybody meets at the same locks.</summary>
    internal static string PlaceOf(string path)
    {
        try
        {
            return RealPath.Of(path);
        }
        catch (IOException circle)
        {
            throw CheckpointRepoUnavailableException.Lasting(circle.Message, circle);
        }
    }
}
