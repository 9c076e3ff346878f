namespace Eden.Checkpoint.Format.Manifest;

/// <summary>What reading a manifest gave: the manifest, or another version, or neither when the violations tell why.</summary>
/// <param name="Manifest">The manifest, when it can be used.</param>
/// <param name="OtherVersion">The problem of a version that this library does not read.</param>
/// <param name="Message">What that problem is, for people.</param>
internal sealed record ManifestReading(CheckpointManifest? Manifest, CheckpointProblem? OtherVersion = null, string? Message = null)
{
    /// <summary>Gets what is odd about a manifest that can be used.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public static ManifestReading Unusable { get; } = new((CheckpointManifest?)null);

    public void ThrowOnOtherVersion()
    {
        if (OtherVersion == CheckpointProblem.UnsupportedCheckpointVersion)
        {
            throw new UnsupportedCheckpointVersionException(Message!);
        }

        if (OtherVersion == CheckpointProblem.SpecVersionMismatch)
        {
            throw new SpecVersionMismatchException(Message!);
        }
    }
}
