namespace Eden.Checkpoint;

/// <summary>One import into a store: one transaction that holds off every writer and every other import. Not thread-safe.</summary>
/// <remarks>Nothing is seen by others before <see cref="CommitAsync"/>; disposing without it takes everything back. The rows come already
/// rewritten, in the order of <see cref="RegistryKind"/>, so that tasks are there before their submissions; the experiment comes last.</remarks>
public interface IStoreImport : IAsyncDisposable
{
    /// <summary>Gets the id that the experiment lands under: the receiver's own; where it has none, the one that was asked for, else a fresh one
    /// (<see cref="OpaqueId.NewExperimentId"/>). Never the source's, unless it was asked for or is the receiver's own (spec §8).</summary>
    string ExperimentId { get; }

    /// <summary>Writes the rows of a registry other than that of workers.</summary>
    /// <param name="kind">The registry, each at most once.</param>
    /// <param name="rows">The rows, each one compact UTF-8 JSON object that is valid until the next one is asked for.</param>
    /// <param name="cancellationToken">Observed throughout; the transaction is of no use afterwards.</param>
    /// <returns>How many rows were written.</returns>
    /// <exception cref="CheckpointInvalidException">A row follows the format, but this store cannot hold it.</exception>
    Task<long> WriteRowsAsync(RegistryKind kind, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, CancellationToken cancellationToken = default);

    /// <summary>Writes the workers together with the hashes of their fresh credentials.</summary>
    /// <param name="rows">The rows, as for <see cref="WriteRowsAsync"/>.</param>
    /// <param name="credentialHashes">The PHC string of every worker, by <c>worker_id</c>.</param>
    /// <param name="cancellationToken">Observed throughout; the transaction is of no use afterwards.</param>
    /// <returns>How many rows were written.</returns>
    Task<long> WriteWorkersAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> rows, IReadOnlyDictionary<string, string> credentialHashes, CancellationToken cancellationToken = default);

    /// <summary>Writes the experiment's record. A display name that the receiver has stays.</summary>
    /// <param name="experiment">The record.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The names of fields that this store has no place for.</returns>
    Task<IReadOnlyList<string>> WriteExperimentAsync(StoreExperiment experiment, CancellationToken cancellationToken = default);

    /// <summary>Makes everything visible at once.</summary>
    /// <param name="cancellationToken">Observed before the commit begins and never during it.</param>
    /// <exception cref="StoreContentionException">Another transaction won; nothing was written, and the import may be tried again.</exception>
    /// <exception cref="ImportOutcomeUnknownException">The store could not be asked whether the commit took place.</exception>
    Task CommitAsync(CancellationToken cancellationToken = default);
}
