using System.Text;

namespace Eden.Checkpoint.Format.Rows.Json;

/// <summary>Steps through the UTF-8 bytes that a JSON string stands for, escapes decoded, without a buffer for the whole of it.</summary>
/// <remarks>Half of a surrogate pair, which a store may hold although no valid archive does, is decoded to three bytes of its own, so that it equals itself only.</remarks>
internal ref struct JsonStringText
{
    private ReadOnlySpan<byte> _raw;
    private uint _pending;
    private int _pendingLength;

    private JsonStringText(ReadOnlySpan<byte> raw) => _raw = raw;

    /// <summary>Orders two strings by the bytes they stand for.</summary>
    /// <param name="left">The bytes between the quotes, already accepted by a JSON tokenizer.</param>
    /// <param name="right">The same of the other string.</param>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        // What stands before the first escape compares as it is; most strings end there.
        var common = left.CommonPrefixLength(right);
        if (left.IndexOf((byte)'\\') < 0 && right.IndexOf((byte)'\\') < 0)
        {
            return common == left.Length || common == right.Length
                ? left.Length.CompareTo(right.Length)
                : left[common].CompareTo(right[common]);
        }

        var first = new JsonStringText(left);
        var second = new JsonStringText(right);
        while (true)
        {
            var l = first.Next();
            var r = second.Next();
            if (l != r)
            {
                return l.CompareTo(r);
            }

            if (l < 0)
            {
                return 0;
            }
        }
    }

    /// <summary>Tells whether two strings stand for the same text.</summary>
    public static bool SameText(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
        => left.SequenceEqual(right) || Compare(left, right) == 0;

    /// <summary>Returns the text as bytes, escapes decoded.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> raw)
    {
        if (raw.IndexOf((byte)'\\') < 0)
        {
            return raw.ToArray();
        }

        var decoded = new byte[raw.Length];
        var text = new JsonStringText(raw);
        var length = 0;
        for (var next = text.Next(); next >= 0; next = text.Next())
        {
            decoded[length++] = (byte)next;
        }

        return decoded[..length];
    }

    /// <summary>Returns the next byte, or -1 at the end.</summary>
    private int Next()
    {
        if (_pendingLength > 0)
        {
            _pendingLength--;
            return (int)((_pending >> (8 * _pendingLength)) & 0xFF);
        }

        if (_raw.IsEmpty)
        {
            return -1;
        }

        var value = _raw[0];
        if (value != (byte)'\\' || _raw.Length < 2)
        {
            _raw = _raw[1..];
            return value;
        }

        if (JsonText.TryTakeCodePoint(ref _raw, out var codePoint))
        {
            return JsonText.IsSurrogate(codePoint) ? QueueSurrogate(codePoint) : Queue(new Rune(codePoint));
        }

        var escape = _raw[1];
        _raw = _raw[2..];
        return JsonText.Unescape(escape);
    }

    private int Queue(Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        return Queue(bytes[..rune.EncodeToUtf8(bytes)]);
    }

    private int QueueSurrogate(int unit)
        => Queue([(byte)(0xE0 | (unit >> 12)), (byte)(0x80 | ((unit >> 6) & 0x3F)), (byte)(0x80 | (unit & 0x3F))]);

    private int Queue(scoped ReadOnlySpan<byte> bytes)
    {
        _pending = 0;
        foreach (var value in bytes)
        {
            _pending = (_pending << 8) | value;
        }

        _pendingLength = bytes.Length - 1;
        return bytes[0];
    }
}
