using System.Security.Cryptography;

namespace Eden.Git.Objects;

/// <summary>What follows from an object format: lengths and the hash function itself.</summary>
internal static class ObjectFormatExtensions
{
    /// <summary>Gets the length of a raw object id or pack trailer.</summary>
    public static int HashLength(this GitObjectFormat format) => format == GitObjectFormat.Sha1 ? 20 : 32;

    /// <summary>Gets the length of an object id in hex.</summary>
    public static int HexLength(this GitObjectFormat format) => format.HashLength() * 2;

    /// <summary>Gets the name that git's configuration and bundle headers use.</summary>
    public static string ConfigName(this GitObjectFormat format) => format == GitObjectFormat.Sha1 ? "sha1" : "sha256";

    /// <summary>Hashes bytes that are in memory as a whole; quicker than an <see cref="IncrementalHash"/> for small ones.</summary>
    public static ObjectHash Hash(this GitObjectFormat format, ReadOnlySpan<byte> bytes)
    {
        Span<byte> raw = stackalloc byte[32];
        var length = format == GitObjectFormat.Sha1 ? SHA1.HashData(bytes, raw) : SHA256.HashData(bytes, raw);
        return ObjectHash.FromBytes(raw[..length]);
    }

    public static IncrementalHash CreateHash(this GitObjectFormat format)
        => IncrementalHash.CreateHash(format == GitObjectFormat.Sha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);

    /// <summary>Ends an incremental hash and makes it ready for the next.</summary>
    public static ObjectHash Finish(this IncrementalHash hash)
    {
        Span<byte> raw = stackalloc byte[32];
        return ObjectHash.FromBytes(raw[..hash.GetHashAndReset(raw)]);
    }
}
