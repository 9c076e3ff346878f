using System.Buffers.Binary;

namespace Eden.Git.Packs;

/// <summary>The twelve bytes before the first entry: signature, version, number of entries.</summary>
internal readonly record struct PackHeader(uint Version, uint EntryCount)
{
    public const int Length = 12;

    private const uint Signature = 0x5041434B;

    /// <summary>Reads the header; on failure <paramref name="fault"/> says what is wrong with it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out PackHeader header, out string? fault)
    {
        header = default;
        if (bytes.Length < Length)
        {
            fault = "the pack ends inside its header";
            return false;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(bytes) != Signature)
        {
            fault = "the pack does not begin with PACK";
            return false;
        }

        header = new PackHeader(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]));
        fault = header.Version is 2 or 3 ? null : $"pack version {header.Version} is not known";
        return fault is null;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Signature);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Version);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], EntryCount);
    }
}
