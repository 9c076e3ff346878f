namespace Eden.Git;

/// <summary>The hash function that names the objects of a repository or bundle.</summary>
public enum GitObjectFormat
{
    /// <summary>SHA-1: ids are 20 bytes, 40 hex digits. Git's default.</summary>
    Sha1,

    /// <summary>SHA-256: ids are 32 bytes, 64 hex digits.</summary>
    Sha256,
}
