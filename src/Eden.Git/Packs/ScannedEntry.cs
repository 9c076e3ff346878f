namespace Eden.Git.Packs;

/// <summary>What a scanner learns of one entry: its place, its header, and the base that a delta names.</summary>
/// <param name="Offset">Where the entry begins.</param>
/// <param name="Size">The inflated size that it declares.</param>
/// <param name="Base">For an offset delta, the distance to its base; for a reference delta, the place of its base's id in the scanner's list.</param>
/// <param name="HeaderLength">The length of everything before the compressed data.</param>
/// <param name="Kind">How it is stored.</param>
/// <param name="Inflated">How many bytes it inflates to: its own, and the result of a delta where results are measured.</param>
internal readonly record struct ScannedEntry(long Offset, long Size, long Base, byte HeaderLength, PackEntryKind Kind, long Inflated);
