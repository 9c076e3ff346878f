namespace Eden.Checkpoint;

/// <summary>An archive that an <see cref="ICheckpointDestination"/> holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length in bytes.</param>
public sealed record StoredCheckpoint(string Name, long Bytes);
