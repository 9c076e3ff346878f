namespace Eden.Checkpoint;

/// <summary>The number of rows of one registry that a comparison read.</summary>
/// <param name="Kind">The registry.</param>
/// <param name="Left">The rows on the left.</param>
/// <param name="Right">The rows on the right.</param>
public readonly record struct CheckpointRowCount(RegistryKind Kind, long Left, long Right);
