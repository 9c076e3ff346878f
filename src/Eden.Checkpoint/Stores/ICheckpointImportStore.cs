namespace Eden.Checkpoint;

/// <summary>A store that imports go into. Hosts may replace it.</summary>
/// <remarks>Implementations are thread-safe: of imports at the same time at most one is committed.</remarks>
public interface ICheckpointImportStore : ICheckpointStore
{
    /// <summary>Gets the id of the one experiment that this store is for, as far as it is known without asking; an import into an empty store lands under it.</summary>
    /// <value><see langword="null"/> for a store that takes whichever experiment it holds; so it is where an implementation does not say otherwise.</value>
    string? ExperimentId => null;

    /// <summary>Begins an import (spec §8): finds that the target is empty, and holds off writers and other imports until it ends.</summary>
    /// <param name="request">What will come.</param>
    /// <param name="cancellationToken">Cancels the beginning; what was begun is taken back.</param>
    /// <returns>The import; disposing it without a commit leaves the store as it was.</returns>
    /// <exception cref="ExperimentIdConflictException">The target is not empty.</exception>
    /// <exception cref="ExperimentIdMismatchException">The receiver's id is another than the one asked for.</exception>
    /// <exception cref="StoreContentionException">Another transaction won; the beginning may be tried again.</exception>
    Task<IStoreImport> BeginImportAsync(StoreImportRequest request, CancellationToken cancellationToken = default);
}
