namespace Eden.Git;

/// <summary>The phases that <see cref="GitProgress"/> reports.</summary>
public enum GitPhase
{
    /// <summary>Objects are fetched from a remote; the unit is objects.</summary>
    Fetch,

    /// <summary>A bundle is made; the unit is objects.</summary>
    Bundle,

    /// <summary>A bundle is checked; the unit is objects.</summary>
    Verify,

    /// <summary>A pack is pushed to a remote; the unit is bytes.</summary>
    Push,
}
