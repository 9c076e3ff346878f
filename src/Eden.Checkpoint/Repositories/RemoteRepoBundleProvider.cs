using Eden.Checkpoint.Import;
using Eden.Checkpoint.Model;
using Eden.Checkpoint.Repositories;
using Eden.Git;

namespace Eden.Checkpoint;

/// <summary>Syncs a bare clone with its remote of record, then bundles it.</summary>
/// <remarks>
/// <para>Thread-safe. Making one contacts nothing and touches no file: the first export clones, later ones fetch with prune.</para>
/// <para>Exports that come while a sync is under way wait and share the next one: each gets a sync that began after it asked, so after its snapshot.
/// Bundles are made one after the other, under the clone's sync lock, so no sync, here or in another process, changes the clone meanwhile. A clone that turns out to be damaged
/// is made anew from the remote, once, with a warning. Every failure
/// is a <see cref="CheckpointRepoUnavailableException"/>; there is never a placeholder, and a remote without any ref is an error too.</para>
/// </remarks>
/// <example>
/// <code>
/// var bundles = new RemoteRepoBundleProvider(clonePath, remoteUrl, new RemoteRepoBundleOptions
/// {
///     Sync = new LocalCloneOptions { Credentials = new CredentialHelper(helperPath) },
/// });
/// </code>
/// </example>
public sealed class RemoteRepoBundleProvider : IRepoBundleProvider
{
    private readonly GitRemoteAddress _remote;
    private readonly RemoteRepoBundleOptions _options;
    private volatile string? _unfit;

    /// <summary>Creates a provider for a clone and its remote. Nothing is contacted.</summary>
    /// <param name="repositoryPath">The bare clone's folder; it need not be there.</param>
    /// <param name="remoteUrl">The remote, as for <see cref="LocalClone.EnsureAsync(string, string, LocalCloneOptions?, CancellationToken)"/>.</param>
    /// <param name="options">Credentials, ceilings and the like; <see langword="null"/> selects the defaults.</param>
    /// <exception cref="ArgumentException">The URL is of a kind that is not supported.</exception>
    public RemoteRepoBundleProvider(string repositoryPath, string remoteUrl, RemoteRepoBundleOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryPath);
        ClonePath = Path.TrimEndingDirectorySeparator(Path.GetFullPath(repositoryPath));
        _remote = GitRemoteAddress.Parse(remoteUrl);
        _options = options ?? new RemoteRepoBundleOptions();
    }

    /// <summary>Gets the clone's full path.</summary>
    public string ClonePath { get; }

    /// <summary>Gets the remote's URL or path, without user information.</summary>
    public string RemoteUrl => _remote.Text;

    /// <inheritdoc/>
    public async Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sync = _options.Sync with { Progress = GitProgressRelay.To(request.Progress) ?? _options.Sync.Progress };
        UnfinishedImport.TryFinish(ClonePath, request.ImportedFrom);
        try
        {
            var clone = await LocalClone.AcquireAsync(ClonePath, _remote, sync, cancellationToken).ConfigureAwait(false);
            await using (clone.ConfigureAwait(false))
            {
                return await BundleAsync(clone, request, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (GitException failure)
        {
            throw failure.ToUnavailable();
        }
    }

    private async Task<RepoBundle> BundleAsync(GitCloneLease clone, RepoBundleRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await BundleOnceAsync(clone.Result, request, cancellationToken).ConfigureAwait(false);
        }
        catch (GitDamagedException damage) when (damage.Message != _unfit)
        {
            // A sync reads no more of the clone than it needs; making the bundle reads all of it.
            await clone.MakeAnewAsync(damage.Message, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await BundleOnceAsync(clone.Result, request, cancellationToken).ConfigureAwait(false);
        }
        catch (GitDamagedException damage)
        {
            // What a new clone has too came from the remote: the next export need not clone again to find that out.
            _unfit = damage.Message;
            throw;
        }
    }

    private async Task<RepoBundle> BundleOnceAsync(LocalCloneResult synced, RepoBundleRequest request, CancellationToken cancellationToken)
    {
        if (synced.RefCount == 0)
        {
            throw new CheckpointRepoUnavailableException($"The remote '{_remote}' has no refs, so there is nothing to bundle.");
        }

        var options = new LocalRepoBundleOptions
        {
            MissingWorkBranches = _options.MissingWorkBranches,
            Limits = _options.Limits,
            Logger = _options.Sync.Logger,
            TimeProvider = _options.Sync.TimeProvider,
        };
        return await RepositoryBundler.BundleAsync(synced.Path, request, options, cancellationToken).ConfigureAwait(false);
    }
}
