namespace Eden.Checkpoint.Format.Archive;

/// <summary>The geometry of a tar header, and its checksum (POSIX ustar interchange format).</summary>
internal static class TarBlock
{
    /// <summary>The length of a header, and what content is padded to.</summary>
    public const int Length = 512;

    public static readonly Range Name = 0..100;
    public static readonly Range Size = 124..136;
    public static readonly Range Checksum = 148..156;
    public const int TypeFlag = 156;
    public static readonly Range LinkName = 157..257;

    /// <summary>Magic and version together: <c>ustar\000</c> by POSIX, <c>ustar  \0</c> by GNU, zeros before either.</summary>
    public static readonly Range Magic = 257..265;
    public static readonly Range Prefix = 345..500;

    /// <summary>Tells whether a sum is that of a header's bytes with its checksum field taken as spaces: bytes without a sign by POSIX, with one by
    /// some programs before it. The two differ where a name is not ASCII.</summary>
    public static bool IsSum(ReadOnlySpan<byte> block, long sum)
    {
        var negative = 0;
        foreach (var value in block[..Length])
        {
            negative += value >> 7;
        }

        var (start, length) = Checksum.GetOffsetAndLength(Length);
        foreach (var value in block.Slice(start, length))
        {
            negative -= value >> 7;
        }

        var right = Sum(block);
        return sum == right || sum == right - (256 * negative);
    }

    /// <summary>Returns the sum of a header's bytes with its checksum field taken as spaces.</summary>
    public static int Sum(ReadOnlySpan<byte> block)
    {
        var (start, length) = Checksum.GetOffsetAndLength(Length);
        var sum = length * ' ';
        foreach (var value in block[..start])
        {
            sum += value;
        }

        foreach (var value in block[(start + length)..Length])
        {
            sum += value;
        }

        return sum;
    }

    /// <summary>Writes the checksum of a header into it: six octal digits, NUL, space.</summary>
    public static void WriteSum(Span<byte> block)
    {
        var sum = Sum(block);
        var field = block[Checksum];
        for (var digit = 5; digit >= 0; digit--)
        {
            field[digit] = (byte)('0' + (sum & 7));
            sum >>= 3;
        }

        field[6] = 0;
        field[7] = (byte)' ';
    }

    /// <summary>Returns how many bytes of padding follow content of a length.</summary>
    public static int Padding(long length) => (int)((Length - (length % Length)) % Length);
}
