namespace Eden.Checkpoint;

/// <summary>The size of one member of an archive.</summary>
/// <param name="Path">The path under the archive's root.</param>
/// <param name="Bytes">The length of the content.</param>
public sealed record CheckpointMemberSize(string Path, long Bytes);
