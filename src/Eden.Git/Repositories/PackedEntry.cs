using Eden.Git.Packs;

namespace Eden.Git.Repositories;

/// <summary>The header of a pack entry, with the base's rank already found.</summary>
/// <param name="Kind">How the entry is stored.</param>
/// <param name="Size">The inflated length: of the object, or of the delta.</param>
/// <param name="HeaderLength">Bytes before the compressed data.</param>
/// <param name="BaseRank">A delta's base in the same pack; -1 for a whole object.</param>
internal readonly record struct PackedEntry(PackEntryKind Kind, long Size, int HeaderLength, int BaseRank)
{
    public bool IsDelta => BaseRank >= 0;
}
