namespace Eden.Checkpoint.Format.Archive;

/// <summary>The headers that stand before a member's own one and say more of it.</summary>
internal enum TarExtension
{
    None,

    /// <summary>A pax header, type <c>x</c>.</summary>
    Pax,

    /// <summary>A pax header for all members behind it, type <c>g</c>.</summary>
    GlobalPax,

    /// <summary>A GNU long name, type <c>L</c>.</summary>
    LongName,

    /// <summary>A GNU long link name, type <c>K</c>.</summary>
    LongLinkName,
}
