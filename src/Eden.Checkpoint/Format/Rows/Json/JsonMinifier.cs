using System.Buffers;

namespace Eden.Checkpoint.Format.Rows.Json;

/// <summary>Drops the white space between the tokens of a JSON text and changes nothing else: numbers, escapes and key order stay as they are.</summary>
internal static class JsonMinifier
{
    private static readonly SearchValues<byte> s_quoteOrSpace = SearchValues.Create("\" \t\r\n"u8);
    private static readonly SearchValues<byte> s_quoteOrEscape = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> s_space = SearchValues.Create(" \t\r\n"u8);

    /// <summary>Writes the text without white space outside strings.</summary>
    /// <param name="json">Well-formed JSON. Anything else comes out as something, but nothing is thrown and nothing inside a string is lost.</param>
    /// <param name="destination">Takes at most as many bytes as <paramref name="json"/> has.</param>
    public static void Minify(ReadOnlySpan<byte> json, IBufferWriter<byte> destination)
    {
        var start = 0;
        var position = 0;
        while (position < json.Length)
        {
            var next = json[position..].IndexOfAny(s_quoteOrSpace);
            if (next < 0)
            {
                break;
            }

            position += next;
            if (json[position] == (byte)'"')
            {
                position = EndOfString(json, position + 1);
                continue;
            }

            destination.Write(json[start..position]);
            var solid = json[position..].IndexOfAnyExcept(s_space);
            position = solid < 0 ? json.Length : position + solid;
            start = position;
        }

        destination.Write(json[start..]);
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int position)
    {
        while (position < json.Length)
        {
            var next = json[position..].IndexOfAny(s_quoteOrEscape);
            if (next < 0)
            {
                return json.Length;
            }

            position += next;
            if (json[position] == (byte)'"')
            {
                return position + 1;
            }

            position += 2;
        }

        return json.Length;
    }
}
