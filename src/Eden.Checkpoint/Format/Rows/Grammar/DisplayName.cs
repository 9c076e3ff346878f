using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>The grammar of display names (§3), over the UTF-8 text of a JSON string.</summary>
internal static class DisplayName
{
    private const int MostCodePoints = 128;

    /// <summary>Says what is wrong with a name, or returns <see langword="null"/>.</summary>
    public static string? Complaint(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return "must not be empty";
        }

        if (text.Length > MostCodePoints * 4)
        {
            return $"is longer than {MostCodePoints} code points";
        }

        Span<Rune> runes = stackalloc Rune[MostCodePoints];
        var count = 0;
        for (var rest = text; !rest.IsEmpty;)
        {
            Rune.DecodeFromUtf8(rest, out var rune, out var used);
            rest = rest[used..];
            if (count == MostCodePoints)
            {
                return $"is longer than {MostCodePoints} code points";
            }

            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Surrogate
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse)
            {
                return string.Create(CultureInfo.InvariantCulture, $"holds U+{rune.Value:X4}, a control, private or unassigned character");
            }

            runes[count++] = rune;
        }

        if (Rune.IsWhiteSpace(runes[0]) || Rune.IsWhiteSpace(runes[count - 1]))
        {
            return "begins or ends with white space";
        }

        return NormalForm.IsC(runes[..count]) ? null : "is not in Unicode normalization form C";
    }
}
