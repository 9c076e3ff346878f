namespace Eden.Checkpoint;

/// <summary>Something that an <see cref="ICheckpointDestination"/> lists.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length in bytes.</param>
public sealed record StoredCheckpoint(string Name, long Bytes);
