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
        var position = 0;
        while (position < raw.Length)
        {
            var next = raw[position..].IndexOf((byte)'\\');
            if (next < 0)
            {
                return false;
            }

            position += next;
            if (!TryReadUnit(raw, position, out var unit))
            {
                position += 2;
                continue;
            }

            position += 6;
            if (char.IsHighSurrogate(unit))
            {
                if (!TryReadUnit(raw, position, out var low) || !char.IsLowSurrogate(low))
                {
                    return true;
                }

                position += 6;
            }
            else if (char.IsLowSurrogate(unit))
            {
                return true;
            }
        }

        return false;
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
            if (TryReadUnit(raw, 0, out var unit))
            {
                raw = raw[6..];
                var rune = Rune.ReplacementChar;
                if (char.IsHighSurrogate(unit) && TryReadUnit(raw, 0, out var low) && char.IsLowSurrogate(low))
                {
                    rune = new Rune(unit, low);
                    raw = raw[6..];
                }
                else if (!char.IsSurrogate(unit))
                {
                    rune = new Rune(unit);
                }

                written += rune.EncodeToUtf8(destination[written..]);
                continue;
            }

            destination[written++] = raw[1] switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                var other => other,
            };
            raw = raw[2..];
        }
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> raw, int position, out char unit)
    {
        unit = default;
        if (raw.Length - position < 6 || raw[position] != (byte)'\\' || raw[position + 1] != (byte)'u'
            || !Utf8Parser.TryParse(raw.Slice(position + 2, 4), out ushort value, out var used, 'x') || used != 4)
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
