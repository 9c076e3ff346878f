using Eden.Git.Remotes;

namespace Eden.Git.Sync;

/// <summary>Where one sync gets its objects from: a session over HTTP(S), which libgit2 uses, or the stand-in for a repository on this machine, which is copied from.</summary>
internal sealed class RemoteSource : IDisposable
{
    // What the remote does when it does not list its refs.
    private const string Refused = "could not be synced.";

    private readonly GitRemoteAddress _remote;
    private readonly CancellationToken _cancellationToken;
    private LocalRemote? _local;

    public RemoteSource(GitRemoteAddress remote, LocalCloneOptions options, CancellationToken cancellationToken)
    {
        LibGit2Setup.Ensure();
        _remote = remote;
        _cancellationToken = cancellationToken;
        Session = remote.Http is null ? null : new HttpRemoteSession(remote, options.Connection, cancellationToken);
    }

    /// <summary>Gets the session; <see langword="null"/> for a remote on this machine.</summary>
    public HttpRemoteSession? Session { get; }

    /// <summary>Gets where the objects of a remote on this machine are; <see langword="null"/> for one over HTTP(S).</summary>
    public string? LocalPath => Session is null ? _local?.Path : null;

    /// <summary>Gets the first thing that went wrong on the way; libgit2 passes on no more than a text.</summary>
    public Exception? Failure => Session?.Failure;

    /// <summary>Gets what the remote said last in its own words.</summary>
    public string? Words => Session?.Words.Text;

    /// <summary>Returns what the remote advertises: the same until <see cref="Forget"/>.</summary>
    /// <param name="place">Where a stand-in may be made; nothing is there.</param>
    public RemoteListing List(string place)
    {
        if (Session is null)
        {
            return (_local ??= LocalRemote.Open(_remote, place, _cancellationToken)).Listing;
        }

        try
        {
            // libgit2 would give the names as text, in which bytes that are not UTF-8 are lost.
#pragma warning disable RS0030 // A sync is synchronous, as libgit2 is; it runs on a thread of its own.
            return RemoteListing.From(Session.GetRefsAsync(Refused).GetAwaiter().GetResult(), _remote);
#pragma warning restore RS0030
        }
        catch (Exception exception)
        {
            Session.Fail(exception);
            throw;
        }
    }

    /// <summary>Makes the next listing a new one.</summary>
    public void Forget()
    {
        Session?.ForgetRefs();
        _local?.Dispose();
        _local = null;
    }

    public void Dispose()
    {
        Session?.Dispose();
        _local?.Dispose();
    }
}
