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
/// <example>
/// <code>
/// var clone = await LocalClone.EnsureAsync(clonePath, remoteUrl, cancellationToken: cancellationToken);
/// Console.WriteLine($"{clone.RefCount} refs at {clone.Path}");
/// </code>
/// </example>
public static class LocalClone
{
    /// <summary>The name of a file by which somebody keeps syncs off a folder, into which a repository has been brought that may yet be taken out again.</summary>
    public const string ReservationFileName = PlaceReservation.FileName;

    /// <summary>Clones the remote when <paramref name="path"/> is absent or empty; else fetches and prunes. <c>HEAD</c> follows the remote's default branch.</summary>
    /// <param name="path">The bare clone's folder; symbolic links are followed. Missing parents are made.</param>
    /// <param name="remoteUrl">An <c>http://</c>, <c>https://</c> or <c>file://</c> URL, or a path. User information in it is never stored or shown;
    /// its password serves as the credential when the options have none.</param>
    /// <param name="options">How to talk to the remote; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Cancels the sync; the task ends when everything temporary is gone.</param>
    /// <returns>What changed. A remote without refs gives a clone without refs.</returns>
    /// <exception cref="ArgumentException">The URL is of another kind.</exception>
    /// <exception cref="GitException">The remote cannot be reached, refuses the credential or breaks off; the path holds something else,
    /// or a clone of another remote; a file cannot be written; or the time is over. The inner exception has the cause.</exception>
    public static async Task<LocalCloneResult> EnsureAsync(
        string path, string remoteUrl, LocalCloneOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var remote = GitRemoteAddress.Parse(remoteUrl);
        var lease = await SyncRound.AcquireAsync(PlaceOf(path), remote, options ?? LocalCloneOptions.Default, cancellationToken).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            return lease.Result;
        }
    }

    /// <summary>Makes the clone equal to its remote, as <see cref="EnsureAsync"/> does, and keeps other syncs off it until the lease is disposed.</summary>
    /// <param name="path">The bare clone's folder.</param>
    /// <param name="remoteUrl">The remote, as for <see cref="EnsureAsync"/>.</param>
    /// <param name="options">Credentials and timeouts; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Gives the sync up.</param>
    /// <returns>The lease. Those who share one sync take turns.</returns>
    /// <exception cref="ArgumentException">The URL is of a kind that is not supported.</exception>
    /// <exception cref="GitException">As for <see cref="EnsureAsync"/>.</exception>
    public static Task<GitCloneLease> AcquireAsync(string path, string remoteUrl, LocalCloneOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return AcquireAsync(path, GitRemoteAddress.Parse(remoteUrl), options, cancellationToken);
    }

    /// <inheritdoc cref="AcquireAsync(string, string, LocalCloneOptions?, CancellationToken)"/>
    public static Task<GitCloneLease> AcquireAsync(string path, GitRemoteAddress remote, LocalCloneOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(remote);
        return SyncRound.AcquireAsync(PlaceOf(path), remote, options ?? LocalCloneOptions.Default, cancellationToken);
    }

    /// <summary>Waits until no sync works at a path, here or in another process, and keeps syncs off until the result is disposed.</summary>
    /// <param name="path">The clone's folder, which need not be there.</param>
    /// <param name="timeProvider">The clock of the waiting.</param>
    /// <param name="cancellationToken">Gives the waiting up.</param>
    public static async Task<IAsyncDisposable> HoldOffSyncsAsync(string path, TimeProvider timeProvider, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(timeProvider);
        return await SyncLock.AcquireAsync(PlaceOf(path), timeProvider, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps syncs off a path until the result is disposed, if none works there now.</summary>
    /// <param name="path">The clone's folder, which need not be there.</param>
    /// <returns><see langword="null"/> when a sync works there, here or in another process.</returns>
    public static IAsyncDisposable? TryHoldOffSyncs(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return SyncLock.TryAcquire(PlaceOf(path));
    }

    /// <summary>Tells whether anybody has ever synced a clone at a path.</summary>
    /// <param name="path">The clone's folder, which need not be there.</param>
    public static bool WasSynced(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return SyncLock.IsKnown(PlaceOf(path));
    }

    /// <summary>Tells a clone of a remote, which is a cache and may be replaced, from everything else.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="remote">The remote; <see langword="null"/> when the caller has none.</param>
    /// <param name="stranger">What it is, when it is no such clone; as the object of a sentence.</param>
    public static bool IsCloneOf(string path, GitRemoteAddress? remote, out string stranger)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OwnClone.IsAt(path, remote, out stranger);
    }

    /// <summary>Refuses a folder that somebody has reserved with a file named <see cref="ReservationFileName"/>.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="GitException">It is reserved.</exception>
    public static void RefuseReserved(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        PlaceReservation.Refuse(path);
    }

    /// <summary>Follows the symbolic links of a path: everybody meets at the same locks.</summary>
    internal static string PlaceOf(string path)
    {
        try
        {
            return RealPath.Of(path);
        }
        catch (IOException circle)
        {
            throw new GitException(circle.Message, circle);
        }
    }
}
