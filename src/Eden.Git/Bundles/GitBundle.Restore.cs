using Eden.Checkpoint;
using Eden.Git.Bundles;

namespace Eden.Git;

/// <content>Restoring.</content>
public static partial class GitBundle
{
    /// <summary>Makes a bare repository of a bundle, checking all of it on the way (<see cref="BundleVerification.Objects"/>).</summary>
    /// <param name="bundle">The bundle; not the zero-byte placeholder.</param>
    /// <param name="bareRepositoryPath">Where the repository shall be: nothing, or an empty directory; symbolic links are followed. Its parent is made when it is missing.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>What was made. The repository appears whole, under its name, or not at all: it is built beside its place, flushed to disk and renamed.</returns>
    /// <exception cref="ArgumentException">The bundle is the placeholder.</exception>
    /// <exception cref="CheckpointInvalidException">The bundle is not whole; every violation found is listed.</exception>
    /// <exception cref="IOException">There is something at the path already, or the disk failed.</exception>
    public static async Task<GitBundleRestoreResult> RestoreAsync(
        RepoBundle bundle, string bareRepositoryPath, GitBundleRestoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentException.ThrowIfNullOrEmpty(bareRepositoryPath);
        if (bundle.IsEmpty)
        {
            throw new ArgumentException("The zero-byte placeholder holds no repository.", nameof(bundle));
        }

        var restored = await BundleRestorer.RestoreAsync(
            bundle, bareRepositoryPath, options ?? new GitBundleRestoreOptions(), AcceptWhole, cancellationToken)
            .ConfigureAwait(false);
        return restored!;
    }

    private static Task<bool> AcceptWhole(BundleInspection inspection)
        => inspection.TotalViolations == 0 ? Task.FromResult(true) : throw new CheckpointInvalidException(inspection.Violations, inspection.TotalViolations);
}
