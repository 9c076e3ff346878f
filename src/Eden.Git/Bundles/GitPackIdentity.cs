namespace Eden.Git;

/// <summary>A pack's number of objects and its checksum. Two packs that were checked are the same when their checksums are.</summary>
/// <param name="ObjectCount">The number of objects.</param>
/// <param name="Checksum">The checksum of all its bytes, in lowercase hex.</param>
public readonly record struct GitPackIdentity(long ObjectCount, string Checksum);
