namespace Eden.Git.Packs;

/// <summary>How a pack stores an object: whole, as one of the four kinds, or as a delta. The numbers are those of the entry header.</summary>
internal enum PackEntryKind : byte
{
    None = 0,
    Commit = 1,
    Tree = 2,
    Blob = 3,
    Tag = 4,

    /// <summary>A delta whose base lies a distance before it in the same pack.</summary>
    OffsetDelta = 6,

    /// <summary>A delta whose base is named by its id.</summary>
    ReferenceDelta = 7,
}
