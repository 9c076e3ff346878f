namespace Eden.Git;

/// <summary>The kind of a fault of a bundle.</summary>
public enum GitFaultKind
{
    /// <summary>The bundle breaks git's format, or something that its refs reach is missing or malformed.</summary>
    Damage,

    /// <summary>The bundle passes a limit of <see cref="GitLimits"/>.</summary>
    Limit,
}
