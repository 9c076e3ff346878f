namespace Eden.Git;

/// <summary>What a pack says of itself. Of packs that were checked, equal checksums mean equal packs.</summary>
/// <param name="ObjectCount">The number of objects.</param>
/// <param name="Checksum">The checksum of all its bytes, in lowercase hex.</param>
public readonly record struct GitPackIdentity(long ObjectCount, string Checksum);
