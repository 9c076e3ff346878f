namespace Eden.Checkpoint;

/// <summary>An experiment's runtime record as an import hands it to a store (spec §4, §8). Immutable.</summary>
public sealed class StoreExperiment
{
    /// <summary>Gets the id that the experiment lands under.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>Gets the state: <c>running</c> or <c>terminated</c>.</summary>
    public required string State { get; init; }

    /// <summary>Gets when the experiment was created, as the source has it.</summary>
    public required string CreatedAt { get; init; }

    /// <summary>Gets the display name of the source; it counts only where the receiver has none.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the seed commit; <see langword="null"/> clears the receiver's.</summary>
    public string? BaseCommitSha { get; init; }

    /// <summary>Gets the dispatch mode as one JSON object, byte for byte; empty when the source has none, which means the default.</summary>
    public ReadOnlyMemory<byte> DispatchMode { get; init; }

    /// <summary>Gets the provenance (spec §10) as one JSON object.</summary>
    public required ReadOnlyMemory<byte> ImportedFrom { get; init; }

    /// <summary>Gets the fields that the format does not know, as they stand in the source: name and JSON value.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> UnknownFields { get; init; } = [];
}
