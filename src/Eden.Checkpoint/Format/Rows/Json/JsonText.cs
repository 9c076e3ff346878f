using System.Buffers.Text;
using System.Text;

namespace Eden.Checkpoint.Format.Rows.Json;

/// <summary>The inside of JSON strings: escapes and surrogates.</summary>
internal static class JsonText
{
    /// <summary>Tells whether a string's escapes hold half of a surrogate pair.</summary>
    /// <param name="raw">The bytes between the quotes, already accepted by a JSON tokenizer.</param>
    public static bool HasLoneSurrogate(ReadOnlySpan<byte> raw)
    {
        while (true)
        {
            var next = raw.IndexOf((byte)'\\');
            if (next < 0 || next + 1 >= raw.Length)
            {
                return false;
            }

            raw = raw[next..];
            if (!TryTakeCodePoint(ref raw, out var codePoint))
            {
                raw = raw[2..];
            }
            else if (IsSurrogate(codePoint))
            {
                return true;
            }
        }
    }

    /// <summary>Tells whether a string anywhere in a JSON text has the escape of U+0000.</summary>
    /// <param name="json">JSON that a tokenizer has accepted.</param>
    public static bool HasEscapedNul(ReadOnlySpan<byte> json)
    {
        while (true)
        {
            var next = json.IndexOf("\\u0000"u8);
            if (next < 0)
            {
                return false;
            }

            // An even number of backslashes before it are pairs of their own.
            var before = next - 1;
            while (before >= 0 && json[before] == (byte)'\\')
            {
                before--;
            }

            if ((next - 1 - before) % 2 == 0)
            {
                return true;
            }

            json = json[(next + 1)..];
        }
    }

    /// <summary>Decodes a string's escapes. A lone surrogate becomes U+FFFD.</summary>
    /// <param name="raw">The bytes between the quotes, already accepted by a JSON tokenizer.</param>
    /// <param name="destination">At least as long as <paramref name="raw"/>.</param>
    /// <returns>The number of bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var next = raw.IndexOf((byte)'\\');
            if (next < 0 || next + 1 >= raw.Length)
            {
                raw.CopyTo(destination[written..]);
                return written + raw.Length;
            }

            raw[..next].CopyTo(destination[written..]);
            written += next;
            raw = raw[next..];
            if (TryTakeCodePoint(ref raw, out var codePoint))
            {
                var rune = IsSurrogate(codePoint) ? Rune.ReplacementChar : new Rune(codePoint);
                written += rune.EncodeToUtf8(destination[written..]);
                continue;
            }

            destination[written++] = Unescape(raw[1]);
            raw = raw[2..];
        }
    }

    /// <summary>Returns what the byte after a backslash stands for; all but five stand for themselves.</summary>
    public static byte Unescape(byte escape) => escape switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => escape,
    };

    /// <summary>Takes the escape of a code point off the front of a text: six bytes, or the twelve of a surrogate pair.</summary>
    /// <param name="raw">The text; what is left of it.</param>
    /// <param name="codePoint">The code point; half of a surrogate pair stands for itself.</param>
    /// <returns><see langword="false"/> when the text begins with anything else.</returns>
    public static bool TryTakeCodePoint(ref ReadOnlySpan<byte> raw, out int codePoint)
    {
        codePoint = 0;
        if (!TryReadUnit(raw, out var unit))
        {
            return false;
        }

        raw = raw[6..];
        codePoint = unit;
        if (char.IsHighSurrogate(unit) && TryReadUnit(raw, out var low) && char.IsLowSurrogate(low))
        {
            raw = raw[6..];
            codePoint = char.ConvertToUtf32(unit, low);
        }

        return true;
    }

    /// <summary>Tells whether a code point is half of a surrogate pair.</summary>
    public static bool IsSurrogate(int codePoint) => codePoint is >= 0xD800 and <= 0xDFFF;

    private static bool TryReadUnit(ReadOnlySpan<byte> raw, out char unit)
    {
        unit = default;
        if (raw.Length < 6 || raw[0] != (byte)'\\' || raw[1] != (byte)'u'
            || !Utf8Parser.TryParse(raw.Slice(2, 4), out ushort value, out var used, 'x') || used != 4)
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
