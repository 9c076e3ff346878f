namespace Eden.Checkpoint;

/// <summary>Makes the git bundle of an experiment's repository. Hosts may replace it.</summary>
/// <remarks>An export calls it <b>exactly once</b>, after the snapshot transaction has ended and outside of it: a slow fetch
/// never holds the store, and a bundle made at or after the snapshot holds every commit that the snapshot names (spec §6).
/// Implementations are thread-safe.</remarks>
public interface IRepoBundleProvider
{
    /// <summary>Syncs the repository with its remote of record, if it has one, and makes the bundle of every ref.</summary>
    /// <param name="request">What the bundle is for.</param>
    /// <param name="cancellationToken">Cancels the work; temporary files are gone afterwards.</param>
    /// <returns>The bundle; the caller disposes it. <see cref="RepoBundle.Empty"/> only for a repository that has no refs and no remote.</returns>
    /// <exception cref="CheckpointRepoUnavailableException">The bundle could not be made. Any other exception but a cancellation is
    /// wrapped in one by the exporter.</exception>
    Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default);
}
