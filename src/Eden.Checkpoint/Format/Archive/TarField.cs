using System.Text;
using System.Text.Unicode;

namespace Eden.Checkpoint.Format.Archive;

/// <summary>Reads the fields of a tar header.</summary>
internal static class TarField
{
    /// <summary>Reads an octal number, or a base-256 one when the first bit is set. Blank is 0.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
        {
            // Base-256: the first byte is 0x80 for what is not negative, and only eight bytes fit a long.
            if (field[0] != 0x80 || field[1..^8].ContainsAnyExcept((byte)0) || field[^8] >= 0x80)
            {
                return false;
            }

            value = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
            return true;
        }

        var digits = field.Trim(" \0"u8);
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }

    /// <summary>Returns the bytes of a text field: what stands before the first NUL.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    /// <summary>Decodes a name; <see langword="null"/> when it is not UTF-8.</summary>
    public static string? Decode(ReadOnlySpan<byte> name) => Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : null;

    /// <summary>Tells whether a header is of the POSIX format, which has a prefix of the name.</summary>
    public static bool IsPosix(ReadOnlySpan<byte> block) => block[TarBlock.Magic].StartsWith("ustar\0"u8);

    /// <summary>Returns the name in a header, its prefix included when the format has one; <see langword="null"/> when it is not UTF-8.</summary>
    public static string? Name(ReadOnlySpan<byte> block)
    {
        var name = Text(block[TarBlock.Name]);

        // GNU's own format keeps other things where POSIX has the prefix.
        var prefix = IsPosix(block) ? Text(block[TarBlock.Prefix]) : [];
        return prefix.IsEmpty
            ? Decode(name)
            : Decode(prefix) is { } first && Decode(name) is { } second ? $"{first}/{second}" : null;
    }
}
