using System.Buffers;
using System.Security.Cryptography;

namespace Eden.Checkpoint.Verification;

/// <summary>An artifact that went by: its name, its length, and whether its bytes hash to its name.</summary>
internal readonly record struct ArtifactDigest(UInt128 NameHigh, UInt128 NameLow, long Length, bool MatchesName)
{
    private const int BufferLength = 1 << 16;

    /// <summary>Gets the name: 64 lowercase hex digits.</summary>
    public string Name => NameHigh.ToString("x32", System.Globalization.CultureInfo.InvariantCulture)
        + NameLow.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Hashes a member as it passes.</summary>
    public static async Task<ArtifactDigest> ComputeAsync(string name, CheckpointArchiveMember member, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            for (int count; (count = await member.Content.ReadAsync(buffer.AsMemory(0, BufferLength), cancellationToken).ConfigureAwait(false)) > 0;)
            {
                hash.AppendData(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var expected = Convert.FromHexString(name);
        return new ArtifactDigest(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(expected),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(expected.AsSpan(16)),
            member.Length,
            hash.GetHashAndReset().AsSpan().SequenceEqual(expected));
    }
}
