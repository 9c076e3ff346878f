namespace Eden.Checkpoint;

/// <summary>One logical instant of a store. Not thread-safe: one read at a time.</summary>
public interface IStoreSnapshot : IAsyncDisposable
{
    /// <summary>Gets the instant of the snapshot, UTC, in whole microseconds. It becomes the manifest's <c>exported_at</c>.</summary>
    DateTimeOffset TakenAt { get; }

    /// <summary>Gets the experiment's id.</summary>
    string ExperimentId { get; }

    /// <summary>Gets the experiment's runtime record as one UTF-8 JSON object, as <c>experiment.json</c> carries it (spec §4).</summary>
    ReadOnlyMemory<byte> Experiment { get; }

    /// <summary>Streams the rows of one registry in the order of spec §1, each as one UTF-8 JSON object.</summary>
    /// <param name="kind">The registry.</param>
    /// <param name="cancellationToken">Observed before every row.</param>
    /// <returns>The rows. The bytes of a row are valid until the next one is asked for.</returns>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadRowsAsync(RegistryKind kind, CancellationToken cancellationToken = default);
}
