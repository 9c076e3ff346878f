namespace Eden.Checkpoint.Artifacts;

/// <summary>What became of an artifact that rows name.</summary>
/// <param name="Uri">The URI that the rows get; <see langword="null"/> to let theirs stand.</param>
/// <param name="Faults">What is wrong with every row that names the artifact.</param>
internal sealed record ArtifactOutcome(string? Uri, IReadOnlyList<CheckpointViolation> Faults)
{
    /// <summary>Gets the outcome that changes nothing.</summary>
    public static ArtifactOutcome Verbatim { get; } = new(null, []);
}
