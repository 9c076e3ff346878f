namespace Eden.Checkpoint.Export;

/// <summary>One member of an archive that is to be written.</summary>
/// <param name="Path">The path under the archive's root.</param>
/// <param name="Length">The length of the content, in bytes.</param>
/// <param name="Open">Opens the content.</param>
internal readonly record struct PlannedMember(string Path, long Length, Func<Stream> Open)
{
    /// <summary>Gets a value indicating whether it is an artifact, of which there may be a million: they are counted, not listed.</summary>
    public bool IsArtifact { get; init; }
}
