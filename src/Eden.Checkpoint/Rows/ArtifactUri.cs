namespace Eden.Checkpoint.Rows;

/// <summary>The URIs of artifacts that the archive carries: <c>checkpoint:sha256:&lt;64 lowercase hex&gt;</c> (§8).</summary>
internal static class ArtifactUri
{
    public static ReadOnlySpan<byte> Prefix => "checkpoint:sha256:"u8;

    public static bool TryGetHash(ReadOnlySpan<byte> uri, out ReadOnlySpan<byte> hash)
    {
        hash = uri.StartsWith(Prefix) ? uri[Prefix.Length..] : [];
        return RecordGrammar.IsSha256(hash);
    }
}
