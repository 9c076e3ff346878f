namespace Eden.Git.Packs;

/// <summary>Which objects of a pack are resolved and hashed.</summary>
internal enum ResolverScope
{
    /// <summary>Commits and tags: enough for the history.</summary>
    History,

    /// <summary>Every object.</summary>
    Everything,
}
