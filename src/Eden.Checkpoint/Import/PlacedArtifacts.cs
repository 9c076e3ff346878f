namespace Eden.Checkpoint.Import;

/// <summary>The artifacts of an archive that were stored in the receiver's sink, each once.</summary>
/// <param name="Count">How many they are.</param>
/// <param name="Bytes">The bytes of all of them together.</param>
/// <param name="LongestLine">The longest line that the rows may have now: the receiver's URIs may be longer than the archive's.</param>
internal sealed record PlacedArtifacts(long Count, long Bytes, int LongestLine);
