namespace Eden.Checkpoint.Artifacts;

/// <summary>A row that names an artifact.</summary>
/// <param name="Uri">The URI as the row holds it, escapes decoded.</param>
/// <param name="Kind">The row's registry.</param>
/// <param name="Line">The row's line, counted from 1.</param>
internal readonly record struct ArtifactUse(string Uri, RegistryKind Kind, long Line);
