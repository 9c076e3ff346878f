namespace Eden.Checkpoint.Artifacts;

/// <summary>The artifacts of an experiment, gathered for an archive.</summary>
/// <param name="Spool">Where their bytes are.</param>
/// <param name="Count">The number of distinct artifacts.</param>
/// <param name="Bytes">The bytes of all distinct artifacts together.</param>
/// <param name="Verbatim">How many URIs of rows the source does not serve: they travel verbatim.</param>
internal sealed record GatheredArtifacts(ArtifactSpool Spool, long Count, long Bytes, long Verbatim);
