using System.Buffers.Binary;
using Eden.Git;
using Eden.Git.Objects;

namespace Eden.Checkpoint.Comparison;

/// <summary>What a pack says of itself: how many objects it has, and the checksum of all its bytes.</summary>
/// <param name="ObjectCount">The number of objects.</param>
/// <param name="Checksum">The trailer. Bundles that are compared were checked or made by us: equal trailers mean equal packs.</param>
internal readonly record struct PackIdentity(long ObjectCount, ObjectHash Checksum)
{
    private const int CountOffset = 8;

    public static async Task<PackIdentity> ReadAsync(RepoBundle bundle, GitBundleHeader header, CancellationToken cancellationToken)
    {
        var stream = bundle.OpenRead();
        await using (stream.ConfigureAwait(false))
        {
            var count = new byte[sizeof(uint)];
            stream.Position = header.Length + CountOffset;
            await stream.ReadExactlyAsync(count, cancellationToken).ConfigureAwait(false);
            var checksum = new byte[header.ObjectFormat.HashLength()];
            stream.Position = stream.Length - checksum.Length;
            await stream.ReadExactlyAsync(checksum, cancellationToken).ConfigureAwait(false);
            return new PackIdentity(BinaryPrimitives.ReadUInt32BigEndian(count), ObjectHash.FromBytes(checksum));
        }
    }
}
