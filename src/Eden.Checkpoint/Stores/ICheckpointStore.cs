namespace Eden.Checkpoint;

/// <summary>Where one experiment's rows are read. Hosts may replace it; a store that takes imports too is an <see cref="ICheckpointImportStore"/>.</summary>
/// <remarks>Implementations are thread-safe: every snapshot is independent of every other.</remarks>
public interface ICheckpointStore
{
    /// <summary>Opens a view of the whole experiment at one logical instant (spec §6). Writers are neither blocked nor aborted by it.</summary>
    /// <param name="cancellationToken">Cancels the opening; what was opened is closed again.</param>
    /// <returns>The snapshot; disposing it ends the read transaction.</returns>
    /// <exception cref="ExperimentNotFoundException">The store holds no experiment.</exception>
    Task<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default);
}
