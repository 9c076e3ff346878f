using Eden.Git.Bundles;

namespace Eden.Git;

/// <content>Restoring.</content>
public static partial class GitBundle
{
    /// <summary>Makes a bare repository of a bundle, checking all of it on the way (<see cref="GitVerification.Objects"/>).</summary>
    /// <param name="bundlePath">The bundle's file, which must not change meanwhile.</param>
    /// <param name="repositoryPath">Where the repository shall be: nothing, or an empty directory; symbolic links are followed. Its parent is made when it is missing.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>What was made. The repository appears whole, under its name, or not at all: it is built beside its place, flushed to disk and renamed.</returns>
    /// <exception cref="GitDamagedException">The bundle is not whole; every fault found is listed.</exception>
    /// <exception cref="IOException">There is something at the path already, or the disk failed.</exception>
    public static async Task<GitBundleRestoreResult> RestoreAsync(
        string bundlePath, string repositoryPath, GitBundleRestoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        var staged = await StageRestoreAsync(bundlePath, repositoryPath, options, cancellationToken).ConfigureAwait(false);
        await using (staged.ConfigureAwait(false))
        {
            staged.Inspection.ThrowIfDamaged();
            return await staged.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Does all of a restore but its last steps: the bundle is checked, and its pack lies beside the repository's place. The caller looks at what was found, then
    /// commits or disposes.</summary>
    /// <param name="bundlePath">The bundle's file, which must not change meanwhile.</param>
    /// <param name="repositoryPath">Where the repository shall be, as for <see cref="RestoreAsync"/>.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>The restore, also of a damaged bundle. Disposing it removes everything that was not committed.</returns>
    /// <exception cref="IOException">There is something at the path already, or the disk failed.</exception>
    public static Task<GitStagedRestore> StageRestoreAsync(
        string bundlePath, string repositoryPath, GitBundleRestoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(bundlePath);
        ArgumentException.ThrowIfNullOrEmpty(repositoryPath);
        return GitStagedRestore.StageAsync(bundlePath, new RepositoryPlace(repositoryPath), options ?? new GitBundleRestoreOptions(), cancellationToken);
    }
}
