namespace Eden.Checkpoint;

/// <summary>Where one experiment's rows are kept. Hosts may replace it.</summary>
/// <remarks>Implementations are thread-safe: every snapshot is independent of every other.</remarks>
public interface ICheckpointStore
{
    /// <summary>Gets the id of the one experiment that this store is for, as far as it is known without asking; an import into an empty store lands under it.</summary>
    /// <value><see langword="null"/> for a store that takes whichever experiment it holds; so it is where an implementation does not say otherwise.</value>
    string? ExperimentId => null;

    /// <summary>Opens a view of the whole experiment at one logical instant (spec §6). Writers are neither blocked nor aborted by it.</summary>
    /// <param name="cancellationToken">Cancels the opening; what was opened is closed again.</param>
    /// <returns>The snapshot; disposing it ends the read transaction.</returns>
    /// <exception cref="ExperimentNotFoundException">The store holds no experiment.</exception>
    Task<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default);

    /// <summary>Begins an import (spec §8): finds that the target is empty, and holds off writers and other imports until it ends.</summary>
    /// <param name="request">What will come.</param>
    /// <param name="cancellationToken">Cancels the beginning; what was begun is taken back.</param>
    /// <returns>The import; disposing it without a commit leaves the store as it was.</returns>
    /// <exception cref="ExperimentIdConflictException">The target is not empty.</exception>
    /// <exception cref="ExperimentIdMismatchException">The receiver's id is another than the one asked for.</exception>
    /// <exception cref="StoreContentionException">Another transaction won; the beginning may be tried again.</exception>
    /// <exception cref="NotSupportedException">The store takes no imports; so it is where an implementation does not say otherwise.</exception>
    Task<IStoreImport> BeginImportAsync(StoreImportRequest request, CancellationToken cancellationToken = default)
        => throw new NotSupportedException("This store takes no imports.");
}
