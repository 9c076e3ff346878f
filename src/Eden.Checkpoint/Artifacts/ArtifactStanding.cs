namespace Eden.Checkpoint.Artifacts;

/// <summary>What the receiver's sink made of an artifact.</summary>
internal abstract record ArtifactStanding
{
    private ArtifactStanding()
    {
    }

    /// <summary>The sink has stored it.</summary>
    /// <param name="Uri">The URI that the rows get.</param>
    public sealed record Stored(string Uri) : ArtifactStanding;

    /// <summary>The sink has refused it.</summary>
    public sealed record Refused : ArtifactStanding;
}
