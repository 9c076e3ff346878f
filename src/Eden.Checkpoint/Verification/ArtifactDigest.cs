using System.Buffers;
using System.Security.Cryptography;
using Eden.Checkpoint.Artifacts;

namespace Eden.Checkpoint.Verification;

/// <summary>An artifact that went by: its name, its length, and whether its bytes hash to its name.</summary>
internal readonly record struct ArtifactDigest(UInt128 NameHigh, UInt128 NameLow, long Length, bool MatchesName)
{
    private const int BufferLength = 1 << 16;

    /// <summary>Gets the name: 64 lowercase hex digits.</summary>
    public string Name => NameHigh.ToString("x32", System.Globalization.CultureInfo.InvariantCulture)
        + NameLow.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Hashes a member as it passes.</summary>
    /// <param name="name">The name that the bytes should hash to.</param>
    /// <param name="member">The member.</param>
    /// <param name="spool">Keeps the bytes; <see langword="null"/> when nobody needs them.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    public static async Task<ArtifactDigest> TakeAsync(
        string name, CheckpointArchiveMember member, ArtifactSpool? spool, CancellationToken cancellationToken)
    {
        var expected = Convert.FromHexString(name);
        var matches = spool is null
            ? (await HashAsync(member.Content, cancellationToken).ConfigureAwait(false)).AsSpan().SequenceEqual(expected)
            : (await spool.TakeAsync(member.Content, cancellationToken).ConfigureAwait(false)).Sha256 == name;
        return new ArtifactDigest(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(expected),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(expected.AsSpan(16)),
            member.Length,
            matches);
    }

    private static async Task<byte[]> HashAsync(Stream content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            for (int count; (count = await content.ReadAsync(buffer.AsMemory(0, BufferLength), cancellationToken).ConfigureAwait(false)) > 0;)
            {
                hash.AppendData(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return hash.GetHashAndReset();
    }
}
