using System.Text;

namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>The URIs of artifacts that the archive carries: <c>checkpoint:sha256:&lt;64 lowercase hex&gt;</c> (§8).</summary>
internal static class ArtifactUri
{
    public static ReadOnlySpan<byte> Prefix => "checkpoint:sha256:"u8;

    /// <summary>Returns the URI of the bytes with a hash.</summary>
    public static string Of(string sha256) => Encoding.UTF8.GetString(Prefix) + sha256;

    public static bool TryGetHash(ReadOnlySpan<byte> uri, out ReadOnlySpan<byte> hash)
    {
        hash = uri.StartsWith(Prefix) ? uri[Prefix.Length..] : [];
        return RecordGrammar.IsSha256(hash);
    }

    /// <summary>Reads what <see cref="Of"/> wrote.</summary>
    public static string? HashIn(string uri) => TryGetHash(Encoding.UTF8.GetBytes(uri), out var hash) ? Encoding.UTF8.GetString(hash) : null;
}
