using System.Buffers.Binary;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Git.Tests.Bundles;

/// <summary>Deltas between contents that begin and end alike.</summary>
internal static class CommonEnds
{
    /// <summary>Makes a delta that copies what both have in common at their ends.</summary>
    public static byte[] Delta(byte[] source, byte[] target)
    {
        var start = source.AsSpan().CommonPrefixLength(target);
        var end = 0;
        while (end < Math.Min(source.Length, target.Length) - start && source[^(end + 1)] == target[^(end + 1)])
        {
            end++;
        }

        var instructions = new List<byte>();
        Copy(0, start);
        foreach (var piece in target[start..^end].Chunk(127))
        {
            instructions.Add((byte)piece.Length);
            instructions.AddRange(piece);
        }

        Copy(source.Length - end, end);
        return SyntheticPack.Delta(source.Length, target.Length, [.. instructions]);

        void Copy(int offset, int length)
        {
            if (length > 0)
            {
                var operands = new byte[9];
                BinaryPrimitives.WriteInt32LittleEndian(operands.AsSpan(1), offset);
                BinaryPrimitives.WriteInt32LittleEndian(operands.AsSpan(5), length);
                operands[0] = 0xFF;
                instructions.AddRange(operands[..8]);
            }
        }
    }
}
