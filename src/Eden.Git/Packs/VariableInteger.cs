namespace Eden.Git.Packs;

/// <summary>The three integer encodings of a pack. Readers refuse what does not fit 63 bits; encodings with zeros at their ends are legal as far as git reads them.</summary>
internal static class VariableInteger
{
    /// <summary>The longest encoding that a reader or a writer needs room for.</summary>
    public const int MaxLength = 10;

    /// <summary>The longest kind and size that git reads. Its index-pack takes longer ones, and then nothing can read the object.</summary>
    public const int MaxEntryHeaderLength = 9;

    /// <summary>Reads an entry header: kind and size.</summary>
    public static bool TryReadEntryHeader(ReadOnlySpan<byte> bytes, out PackEntryKind kind, out long size, out int length)
    {
        kind = default;
        size = 0;
        length = 0;
        if (bytes.IsEmpty)
        {
            return false;
        }

        kind = (PackEntryKind)((bytes[0] >> 4) & 7);
        var value = (ulong)(bytes[0] & 15);
        var more = (bytes[0] & 0x80) != 0;
        var shift = 4;
        var position = 1;
        while (more)
        {
            if (position >= bytes.Length || position == MaxEntryHeaderLength)
            {
                return false;
            }

            var next = bytes[position++];
            value |= (ulong)(next & 0x7F) << shift;
            more = (next & 0x80) != 0;
            shift += 7;
        }

        size = (long)value;
        length = position;
        return true;
    }

    /// <summary>Reads the distance of an offset delta.</summary>
    public static bool TryReadDistance(ReadOnlySpan<byte> bytes, out long distance, out int length)
    {
        distance = 0;
        length = 0;
        var value = 0L;
        var position = 0;
        byte next;
        do
        {
            if (position >= bytes.Length || value > (long.MaxValue >> 7) - 2)
            {
                return false;
            }

            next = bytes[position++];
            value = ((position > 1 ? value + 1 : 0) << 7) | (uint)(next & 0x7F);
        }
        while ((next & 0x80) != 0);

        distance = value;
        length = position;
        return true;
    }

    /// <summary>Reads one of the two sizes at the head of a delta.</summary>
    public static bool TryReadSize(ReadOnlySpan<byte> bytes, out long size, out int length)
    {
        size = 0;
        length = 0;
        var value = 0UL;
        var position = 0;
        byte next;
        do
        {
            if (position >= bytes.Length || position >= MaxLength - 1)
            {
                return false;
            }

            next = bytes[position];
            value |= (ulong)(next & 0x7F) << (7 * position);
            position++;
        }
        while ((next & 0x80) != 0);

        size = (long)value;
        length = position;
        return true;
    }

    public static int WriteEntryHeader(Span<byte> destination, PackEntryKind kind, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var first = (byte)(((int)kind << 4) | (int)(size & 15));
        size >>= 4;
        var position = 0;
        while (size != 0)
        {
            destination[position++] = (byte)(first | 0x80);
            first = (byte)(size & 0x7F);
            size >>= 7;
        }

        destination[position++] = first;
        return position;
    }

    public static int WriteDistance(Span<byte> destination, long distance)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(distance);
        Span<byte> reversed = stackalloc byte[MaxLength];
        var start = MaxLength - 1;
        reversed[start] = (byte)(distance & 0x7F);
        while ((distance >>= 7) != 0)
        {
            distance--;
            reversed[--start] = (byte)(0x80 | (distance & 0x7F));
        }

        reversed[start..].CopyTo(destination);
        return MaxLength - start;
    }

    public static int WriteSize(Span<byte> destination, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var position = 0;
        while (size > 0x7F)
        {
            destination[position++] = (byte)(0x80 | (size & 0x7F));
            size >>= 7;
        }

        destination[position++] = (byte)size;
        return position;
    }
}
