
namespace Eden.Git.Packs;

/// <summary>One delta applied to one base, both in memory. Every read and write is checked against both sizes.</summary>
internal static class DeltaPatch
{
    /// <summary>The shortest delta that git applies: two sizes and two bytes of instructions. It refuses shorter ones whatever they say.</summary>
    public const int MinLength = 4;

    /// <summary>Reads the two sizes at the head of a delta. The caller limits <paramref name="resultSize"/> before it allocates.</summary>
    public static bool TryReadSizes(ReadOnlySpan<byte> delta, out long baseSize, out long resultSize, out int headLength)
    {
        resultSize = 0;
        headLength = 0;
        if (!VariableInteger.TryReadSize(delta, out baseSize, out var first)
            || !VariableInteger.TryReadSize(delta[first..], out resultSize, out var second))
        {
            return false;
        }

        headLength = first + second;
        return true;
    }

    /// <summary>Applies the instructions after the head; <paramref name="result"/> has exactly the declared length.</summary>
    /// <returns>Whether the instructions were well-formed and filled the result exactly.</returns>
    public static bool TryApply(ReadOnlySpan<byte> source, ReadOnlySpan<byte> instructions, Span<byte> result)
    {
        var position = 0;
        var written = 0;
        while (position < instructions.Length)
        {
            var opcode = instructions[position++];
            if ((opcode & 0x80) != 0)
            {
                if (!TryReadCopy(instructions, opcode, ref position, out var offset, out var length)
                    || offset > source.Length || length > source.Length - offset || length > result.Length - written)
                {
                    return false;
                }

                source.Slice((int)offset, length).CopyTo(result[written..]);
                written += length;
            }
            else if (opcode == 0 || opcode > instructions.Length - position || opcode > result.Length - written)
            {
                return false;
            }
            else
            {
                instructions.Slice(position, opcode).CopyTo(result[written..]);
                position += opcode;
                written += opcode;
            }
        }

        return written == result.Length;
    }

    /// <summary>Reads the operands of a copy instruction.</summary>
    public static bool TryReadCopy(ReadOnlySpan<byte> instructions, byte opcode, ref int position, out long offset, out int length)
    {
        offset = 0;
        length = 0;
        for (var bit = 0; bit < 4; bit++)
        {
            if ((opcode & (1 << bit)) != 0)
            {
                if (position >= instructions.Length)
                {
                    return false;
                }

                offset |= (long)instructions[position++] << (8 * bit);
            }
        }

        for (var bit = 0; bit < 3; bit++)
        {
            if ((opcode & (0x10 << bit)) != 0)
            {
                if (position >= instructions.Length)
                {
                    return false;
                }

                length |= instructions[position++] << (8 * bit);
            }
        }

        if (length == 0)
        {
            length = 0x10000;
        }

        return true;
    }
}
