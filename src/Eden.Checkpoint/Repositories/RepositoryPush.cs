using Eden.Checkpoint.Model;
using Eden.Git;

namespace Eden.Checkpoint;

/// <summary>Pushes an experiment's repository to its remote of record: what an import does after its commit, by itself. So a push that an import could not finish, because the
/// remote was down, refused the credential or was not empty, is finished later.</summary>
/// <remarks>
/// <para>Branches and tags decide whether a push is complete. Other refs are pushed too, in a request of their own, as far as the remote takes them: git hosts keep
/// <c>refs/pull/*</c>, <c>refs/merge-requests/*</c> and the like for themselves.</para>
/// <para>A repository that an import restored for a remote is marked until that remote has its branches and tags. While the mark is there,
/// <see cref="RemoteRepoBundleProvider"/> and <see cref="LocalClone"/> refuse to take what the remote has for the experiment; a complete push removes it, and the repository is the clone of
/// that remote from then on.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public static class RepositoryPush
{
    /// <summary>Pushes a repository on this machine, usually one that an import restored. No sync of it goes on meanwhile, here or in another process.</summary>
    /// <param name="repositoryPath">The bare repository.</param>
    /// <param name="remoteUrl">The remote of record: an <c>http://</c>, <c>https://</c> or <c>file://</c> URL, or a path.</param>
    /// <param name="options">Credentials and the like; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>What became of it. What the remote refuses is part of the result.</returns>
    /// <exception cref="ArgumentException">The URL is of a kind that is not supported.</exception>
    /// <exception cref="CheckpointRepoUnavailableException">The repository cannot be read, or the remote cannot be reached.</exception>
    public static async Task<GitPushResult> FromRepositoryAsync(
        string repositoryPath, string remoteUrl, RepositoryPushOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryPath);
        try
        {
            return await GitPush.FromRepositoryAsync(repositoryPath, remoteUrl, (options ?? new RepositoryPushOptions()).ForGit, cancellationToken).ConfigureAwait(false);
        }
        catch (GitException failure)
        {
            throw failure.ToUnavailable();
        }
    }

    /// <summary>Pushes every ref of a bundle, for example of an archive's <c>repo.bundle</c>.</summary>
    /// <param name="bundle">The bundle; not disposed.</param>
    /// <param name="remoteUrl">The remote of record: an <c>http://</c>, <c>https://</c> or <c>file://</c> URL, or a path.</param>
    /// <param name="options">Credentials and the like; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>What became of it. What the remote refuses is part of the result.</returns>
    /// <exception cref="ArgumentException">The URL is of a kind that is not supported, or the bundle is the placeholder.</exception>
    /// <exception cref="CheckpointInvalidException">The bundle is malformed.</exception>
    /// <exception cref="CheckpointRepoUnavailableException">The remote cannot be reached.</exception>
    public static async Task<GitPushResult> FromBundleAsync(
        RepoBundle bundle, string remoteUrl, RepositoryPushOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        if (bundle.IsEmpty)
        {
            throw new ArgumentException("The bundle is the zero-byte placeholder: there is nothing to push.", nameof(bundle));
        }

        try
        {
            return await GitPush.FromBundleAsync(bundle.FilePath!, remoteUrl, (options ?? new RepositoryPushOptions()).ForGit, cancellationToken).ConfigureAwait(false);
        }
        catch (GitDamagedException damage) when (damage.TotalFaults > 0)
        {
            throw damage.ToInvalid();
        }
        catch (GitException failure)
        {
            throw failure.ToUnavailable();
        }
    }
}
