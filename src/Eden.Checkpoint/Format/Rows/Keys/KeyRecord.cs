using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>One use of a key, as the ledger keeps it: a fixed head, the key, how a long key is shown, and a text: the id of the record that uses
/// it, or what is wrong with that record.</summary>
/// <remarks>
/// Head, little-endian: hash 8, line 8, index 4, total length 2, key length 2, text length 2, space 1, use 1, attribute 1, long-key flag 1.
/// Records sort by hash (of space and key), then key, use, line and index; only equality of keys matters, and hashes sort fast.
/// </remarks>
internal readonly ref struct KeyRecord(ReadOnlySpan<byte> bytes)
{
    /// <summary>The longest key kept as it is; a longer one is kept as its SHA-256.</summary>
    public const int LongestKey = 256;

    /// <summary>The longest text that is kept whole; of a longer one as much as messages could show.</summary>
    public const int LongestText = 1024;

    /// <summary>The longest record: head, key, display, text.</summary>
    public const int LongestLength = HeadLength + LongestKey + LongestShown + LongestText;

    public const int LengthOffset = 20;

    private const int HeadLength = 30;
    private const int LongestShown = LongestKey;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public ulong Hash => BinaryPrimitives.ReadUInt64LittleEndian(_bytes);

    public long Line => BinaryPrimitives.ReadInt64LittleEndian(_bytes[8..]);

    /// <summary>Gets the position in an array field, or -1.</summary>
    public int Index => BinaryPrimitives.ReadInt32LittleEndian(_bytes[16..]);

    public int Length => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[LengthOffset..]);

    public KeySpace Space => (KeySpace)_bytes[26];

    public KeyUse Use => (KeyUse)_bytes[27];

    /// <summary>Gets what the use says beyond the key: of tasks and submissions the kind and the state, of faults the rule.</summary>
    public byte Attribute => _bytes[28];

    /// <summary>Copies the record.</summary>
    public void CopyTo(Span<byte> destination) => _bytes[..Length].CopyTo(destination);

    /// <summary>Gets the key as messages show it.</summary>
    public string ShownKey => ShownValue.Of(IsLong ? _bytes.Slice(HeadLength + KeyLength, Length - HeadLength - KeyLength - TextLength) : Key);

    /// <summary>Gets the id of the record that uses the key, shortened.</summary>
    public string ShownOwner => Use == KeyUse.Definition ? ShownKey : ShownValue.Of(Text);

    public ReadOnlySpan<byte> Text => _bytes.Slice(Length - TextLength, TextLength);

    private ReadOnlySpan<byte> Key => _bytes.Slice(HeadLength, KeyLength);

    private int KeyLength => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[22..]);

    private int TextLength => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[24..]);

    private bool IsLong => _bytes[29] != 0;

    /// <summary>Writes a record to at least <see cref="LongestLength"/> bytes and returns how many it took.</summary>
    public static int Write(
        Span<byte> destination, KeySpace space, KeyUse use, byte attribute, ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, long line, int index)
    {
        var isLong = key.Length > LongestKey;
        var length = HeadLength;
        if (isLong)
        {
            length += SHA256.HashData(key, destination[length..]);
        }
        else
        {
            key.CopyTo(destination[length..]);
            length += key.Length;
        }

        var keyLength = length - HeadLength;
        if (isLong)
        {
            length += Shorten(key, destination[length..], LongestShown);
        }

        var textLength = Shorten(text, destination[length..], use == KeyUse.SubmissionFault ? LongestText : LongestShown);
        length += textLength;
        BinaryPrimitives.WriteUInt64LittleEndian(destination, XxHash3.HashToUInt64(destination.Slice(HeadLength, keyLength), (long)space));
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], line);
        BinaryPrimitives.WriteInt32LittleEndian(destination[16..], index);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[LengthOffset..], (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[22..], (ushort)keyLength);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[24..], (ushort)textLength);
        destination[26] = (byte)space;
        destination[27] = (byte)use;
        destination[28] = attribute;
        destination[29] = isLong ? (byte)1 : (byte)0;
        return length;
    }

    /// <summary>Orders two records.</summary>
    public static int Compare(KeyRecord left, KeyRecord right)
    {
        var order = left.Hash.CompareTo(right.Hash);
        if (order == 0)
        {
            order = CompareKeys(left, right);
        }

        if (order == 0)
        {
            order = left.Use.CompareTo(right.Use);
        }

        if (order == 0)
        {
            order = left.Line.CompareTo(right.Line);
        }

        return order == 0 ? left.Index.CompareTo(right.Index) : order;
    }

    /// <summary>Tells whether two records are about the same key.</summary>
    public static bool SameKey(KeyRecord left, KeyRecord right) => left.Hash == right.Hash && CompareKeys(left, right) == 0;

    private static int CompareKeys(KeyRecord left, KeyRecord right)
    {
        var order = left.Space.CompareTo(right.Space);
        if (order == 0)
        {
            order = left.IsLong.CompareTo(right.IsLong);
        }

        return order == 0 ? left.Key.SequenceCompareTo(right.Key) : order;
    }

    /// <summary>Copies a text, cut between characters when it is too long.</summary>
    private static int Shorten(ReadOnlySpan<byte> text, Span<byte> destination, int longest)
    {
        if (text.Length > longest)
        {
            var length = longest;
            while (length > 0 && (text[length] & 0xC0) == 0x80)
            {
                length--;
            }

            text = text[..length];
        }

        text.CopyTo(destination);
        return text.Length;
    }
}
