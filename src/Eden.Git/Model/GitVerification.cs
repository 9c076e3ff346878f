namespace Eden.Git;

/// <summary>The depth of the check of a git bundle.</summary>
public enum GitVerification
{
    /// <summary>Every object of the pack is resolved and hashed, and everything reachable from the refs is present, of the right type and well-formed. The default.</summary>
    Objects,

    /// <summary>Header, pack framing, sizes, checksum and the commit graph only, for hosts that check the rest elsewhere.</summary>
    Commits,
}
