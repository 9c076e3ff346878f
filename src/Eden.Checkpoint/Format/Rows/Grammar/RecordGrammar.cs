using System.Buffers;

namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>The common grammars of §3, over the UTF-8 text of a JSON string.</summary>
internal static class RecordGrammar
{
    private static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdef"u8);
    private static readonly SearchValues<byte> s_slug = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz-"u8);

    public static bool IsExperimentId(ReadOnlySpan<byte> text) => OpaqueId.IsOne(text, "exp_"u8);

    public static bool IsWorkerId(ReadOnlySpan<byte> text) => OpaqueId.IsOne(text, "wkr_"u8);

    public static bool IsGroupId(ReadOnlySpan<byte> text) => OpaqueId.IsOne(text, "grp_"u8);

    public static bool IsActor(ReadOnlySpan<byte> text) => text.SequenceEqual("admin"u8) || IsWorkerId(text);

    public static bool IsMember(ReadOnlySpan<byte> text) => IsWorkerId(text) || IsGroupId(text);

    /// <summary>Tells whether the text is 40 or 64 lowercase hex digits.</summary>
    public static bool IsCommitSha(ReadOnlySpan<byte> text) => text.Length is 40 or 64 && !text.ContainsAnyExcept(s_hex);

    /// <summary>Tells whether the text is 64 lowercase hex digits.</summary>
    public static bool IsSha256(ReadOnlySpan<byte> text) => text.Length == 64 && !text.ContainsAnyExcept(s_hex);

    public static bool IsSlug(ReadOnlySpan<byte> text) => text.Length > 0 && text[0] != (byte)'-' && !text.ContainsAnyExcept(s_slug);

    /// <summary>Tells whether the text is <c>work/</c> and something after it, on one line: no LF, CR, U+2028 or U+2029.</summary>
    public static bool IsWorkBranch(ReadOnlySpan<byte> text)
        => text.Length > 5 && text.StartsWith("work/"u8) && !text.ContainsAny((byte)'\n', (byte)'\r')
            && text.IndexOf("\u2028"u8) < 0 && text.IndexOf("\u2029"u8) < 0;

    /// <summary>Tells whether the text is two or more lowercase words joined by dots.</summary>
    public static bool IsEventType(ReadOnlySpan<byte> text)
    {
        var words = 0;
        while (true)
        {
            var dot = text.IndexOf((byte)'.');
            var word = dot < 0 ? text : text[..dot];
            if (word.IsEmpty || word[0] is < (byte)'a' or > (byte)'z')
            {
                return false;
            }

            foreach (var letter in word)
            {
                if (letter is not ((>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'_'))
                {
                    return false;
                }
            }

            words++;
            if (dot < 0)
            {
                return words > 1;
            }

            text = text[(dot + 1)..];
        }
    }

    /// <summary>Tells whether the text is <c>YYYY-MM-DDTHH:MM:SS[.fraction]Z</c> and a real moment: no year 0000, no leap second.</summary>
    public static bool IsTimestamp(ReadOnlySpan<byte> text)
    {
        if (text.Length < 20 || text[4] != (byte)'-' || text[7] != (byte)'-' || text[10] != (byte)'T'
            || text[13] != (byte)':' || text[16] != (byte)':' || text[^1] != (byte)'Z'
            || !TryDigits(text[..4], out var year) || !TryDigits(text.Slice(5, 2), out var month) || !TryDigits(text.Slice(8, 2), out var day)
            || !TryDigits(text.Slice(11, 2), out var hour) || !TryDigits(text.Slice(14, 2), out var minute)
            || !TryDigits(text.Slice(17, 2), out var second))
        {
            return false;
        }

        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        var fraction = text[19..^1];
        return fraction.IsEmpty || (fraction.Length > 1 && fraction[0] == (byte)'.' && !fraction[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9'));
    }

    /// <summary>Reads a JSON number that has no fractional part, however it is written: <c>11</c>, <c>11.0</c>, <c>1.1e1</c>.</summary>
    /// <param name="number">A number that a JSON tokenizer has accepted.</param>
    /// <param name="value">The integer.</param>
    /// <returns><see langword="false"/> for a fraction and for what no 64-bit integer holds.</returns>
    public static bool TryReadInteger(ReadOnlySpan<byte> number, out long value)
    {
        value = 0;
        var negative = number.StartsWith("-"u8);
        number = negative ? number[1..] : number;
        var mark = number.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = mark < 0 ? number : number[..mark];
        var dot = mantissa.IndexOf((byte)'.');
        var whole = dot < 0 ? mantissa : mantissa[..dot];
        var fraction = (dot < 0 ? [] : mantissa[(dot + 1)..]).TrimEnd((byte)'0');
        var digits = whole.Length + fraction.Length;
        if (whole.TrimStart((byte)'0').IsEmpty && fraction.IsEmpty)
        {
            return digits > 0;
        }

        // The position of the decimal point among the digits, exponent applied; an absurd exponent is no integer of ours either way.
        if (!TryReadExponent(mark < 0 ? [] : number[(mark + 1)..], out var exponent))
        {
            return false;
        }

        var total = 0L;
        var point = whole.Length + (long)exponent;
        for (long index = 0; index < Math.Max(digits, point); index++)
        {
            var digit = index < whole.Length ? whole[(int)index] - '0'
                : index < digits ? fraction[(int)index - whole.Length] - '0'
                : 0;
            if (index >= point)
            {
                if (digit != 0)
                {
                    return false;
                }

                continue;
            }

            if (total < (long.MinValue + digit) / 10)
            {
                return false;
            }

            // Collected below zero, where there is room for the smallest value.
            total = (total * 10) - digit;
        }

        if (!negative && total == long.MinValue)
        {
            return false;
        }

        value = negative ? total : -total;
        return true;
    }

    /// <summary>Tells whether a JSON number of any size has no fractional part.</summary>
    /// <param name="number">A number that a JSON tokenizer has accepted.</param>
    public static bool IsInteger(ReadOnlySpan<byte> number)
    {
        var mark = number.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = mark < 0 ? number : number[..mark];
        var dot = mantissa.IndexOf((byte)'.');
        var whole = (dot < 0 ? mantissa : mantissa[..dot]).TrimStart((byte)'-');
        var fraction = (dot < 0 ? [] : mantissa[(dot + 1)..]).TrimEnd((byte)'0');
        if (whole.TrimStart((byte)'0').IsEmpty && fraction.IsEmpty)
        {
            return true;
        }

        var power = mark < 0 ? [] : number[(mark + 1)..];
        if (!TryReadExponent(power, out var exponent))
        {
            // Further than any digits reach.
            return !power.StartsWith("-"u8);
        }

        // How far the last digit that is not zero stands behind the point; less than nothing for zeros before it.
        var places = fraction.IsEmpty ? whole.TrimEnd((byte)'0').Length - whole.Length : fraction.Length;
        return exponent >= places;
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        const int Absurd = 1 << 20;
        exponent = 0;
        var negative = text.StartsWith("-"u8);
        text = negative || text.StartsWith("+"u8) ? text[1..] : text;
        foreach (var digit in text)
        {
            exponent = (exponent * 10) + (digit - '0');
            if (exponent > Absurd)
            {
                return false;
            }
        }

        exponent = negative ? -exponent : exponent;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}
