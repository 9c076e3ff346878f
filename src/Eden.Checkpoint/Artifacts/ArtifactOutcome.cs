namespace Eden.Checkpoint.Artifacts;

/// <summary>What becomes of the rows that name an artifact.</summary>
internal abstract record ArtifactOutcome
{
    private ArtifactOutcome()
    {
    }

    /// <summary>The rows keep their URI.</summary>
    public sealed record Kept : ArtifactOutcome;

    /// <summary>The rows get another URI.</summary>
    /// <param name="Uri">The URI.</param>
    public sealed record Replaced(string Uri) : ArtifactOutcome;

    /// <summary>The rows keep their URI, and something is wrong with each of them.</summary>
    /// <param name="Violations">What is wrong.</param>
    public sealed record Faulty(IReadOnlyList<CheckpointViolation> Violations) : ArtifactOutcome;
}
