using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>Makes text from an archive safe to show: a terminal obeys control characters, whoever wrote them.</summary>
internal static class Printable
{
    /// <summary>Replaces control, formatting and broken characters by escapes like <c>\u001b</c>.</summary>
    public static string Of(string text)
    {
        var clean = true;
        foreach (var rune in text.EnumerateRunes())
        {
            clean &= IsHarmless(rune);
        }

        if (clean)
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHarmless(rune))
            {
                shown.Append(rune);
            }
            else
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            }
        }

        return shown.ToString();
    }

    /// <summary>Like <see cref="Of(string)"/>, cut to a number of characters.</summary>
    public static string Of(string text, int most)
    {
        var shown = Of(text);
        if (shown.Length <= most)
        {
            return shown;
        }

        var end = char.IsHighSurrogate(shown[most - 2]) ? most - 2 : most - 1;
        return string.Concat(shown.AsSpan(0, end), "…");
    }

    // Format characters include the ones that turn the direction of text around.
    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse)
        && rune != Rune.ReplacementChar;
}
