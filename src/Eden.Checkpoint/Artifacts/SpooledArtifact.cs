namespace Eden.Checkpoint.Artifacts;

/// <summary>Bytes that were taken into the spool.</summary>
/// <param name="Sha256">Their hash.</param>
/// <param name="Length">How many they are.</param>
/// <param name="IsNew">Whether they were not there before.</param>
internal readonly record struct SpooledArtifact(string Sha256, long Length, bool IsNew);
