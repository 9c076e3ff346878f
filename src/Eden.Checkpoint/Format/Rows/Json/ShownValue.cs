using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Format.Rows.Json;

/// <summary>Values as messages show them: short, on one line, in quotes of their own.</summary>
internal static class ShownValue
{
    private const int MostCharacters = 64;
    private const int MostBytes = 4 * MostCharacters;

    /// <summary>Returns at most 64 characters of the text; control characters and broken UTF-8 are shown as escapes.</summary>
    public static string Of(ReadOnlySpan<byte> utf8)
    {
        var head = utf8[..Math.Min(utf8.Length, MostBytes)];
        var text = new StringBuilder(Math.Min(head.Length, MostCharacters) + 1);
        while (!head.IsEmpty && text.Length < MostCharacters)
        {
            Rune.DecodeFromUtf8(head, out var rune, out var used);
            head = head[used..];
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse)
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
            else
            {
                text.Append(rune.ToString());
            }
        }

        if (!head.IsEmpty || utf8.Length > MostBytes)
        {
            text.Append('…');
        }

        return text.ToString();
    }

    /// <summary>Returns the text between backquotes.</summary>
    public static string Quoted(ReadOnlySpan<byte> utf8) => $"`{Of(utf8)}`";
}
