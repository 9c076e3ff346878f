namespace Eden.Checkpoint.Comparison;

/// <summary>A JSON number as text, taken apart so that two of them compare by exact value. A view; nothing is copied.</summary>
/// <remarks>The value is <c>0.DIGITS × 10^(scale + exponent)</c>, where the digits neither begin nor end with a zero. The exponent stays text:
/// <c>1e1000000000</c> is never written out, and an exponent longer than any integer type still compares in one pass.</remarks>
internal readonly ref struct JsonNumberText
{
    // An exponent's own digits differ from another's by far less than this when the values can be equal: see ExponentsMatch.
    private const long FarApart = 1L << 48;

    private readonly bool _negative;
    private readonly bool _exponentNegative;
    private readonly ReadOnlySpan<byte> _digits;
    private readonly ReadOnlySpan<byte> _exponent;
    private readonly long _scale;

    /// <summary>Takes the text of a number that a JSON tokenizer has accepted.</summary>
    public JsonNumberText(ReadOnlySpan<byte> text)
    {
        _negative = text[0] == (byte)'-';
        if (_negative)
        {
            text = text[1..];
        }

        var mark = text.IndexOfAny((byte)'e', (byte)'E');
        if (mark >= 0)
        {
            _exponent = text[(mark + 1)..];
            text = text[..mark];
            _exponentNegative = _exponent[0] == (byte)'-';
            if (_exponent[0] is (byte)'-' or (byte)'+')
            {
                _exponent = _exponent[1..];
            }

            _exponent = _exponent.TrimStart((byte)'0');
        }

        var point = text.IndexOf((byte)'.');
        var first = text.IndexOfAnyExcept((byte)'0', (byte)'.');
        if (first < 0)
        {
            // Zero, whatever its sign and exponent.
            _negative = false;
            _exponent = default;
            return;
        }

        var last = text.LastIndexOfAnyExcept((byte)'0', (byte)'.');
        _digits = text[first..(last + 1)];
        var integerDigits = point < 0 ? text.Length : point;
        _scale = first < integerDigits ? integerDigits - first : integerDigits + 1 - first;
    }

    /// <summary>Tells whether both texts are the same number: <c>1</c>, <c>1.0</c> and <c>10e-1</c> are.</summary>
    public static bool SameValue(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
        => left.SequenceEqual(right) || new JsonNumberText(left).Equals(new JsonNumberText(right));

    private bool Equals(JsonNumberText other)
    {
        if (_digits.IsEmpty || other._digits.IsEmpty)
        {
            return _digits.IsEmpty && other._digits.IsEmpty;
        }

        return _negative == other._negative && DigitsMatch(_digits, other._digits) && ExponentsMatch(other);
    }

    /// <summary>Compares digit by digit; each side may have a point somewhere among them.</summary>
    private static bool DigitsMatch(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var l = 0;
        var r = 0;
        while (true)
        {
            l += l < left.Length && left[l] == (byte)'.' ? 1 : 0;
            r += r < right.Length && right[r] == (byte)'.' ? 1 : 0;
            if (l == left.Length || r == right.Length)
            {
                return l == left.Length && r == right.Length;
            }

            if (left[l++] != right[r++])
            {
                return false;
            }
        }
    }

    /// <summary>Tells whether scale and exponent together are the same on both sides, digit by digit from the front.</summary>
    private bool ExponentsMatch(JsonNumberText other)
    {
        var wanted = other._scale - _scale;
        var length = Math.Max(_exponent.Length, other._exponent.Length);
        var difference = 0L;
        for (var position = length; position > 0; position--)
        {
            difference = (difference * 10) + SignedDigit(_exponent, position, _exponentNegative)
                - SignedDigit(other._exponent, position, other._exponentNegative);

            // Each step multiplies by ten and takes back 18 at most: a difference beyond three only grows.
            if (Math.Abs(difference) > FarApart)
            {
                return false;
            }
        }

        return difference == wanted;
    }

    private static int SignedDigit(ReadOnlySpan<byte> digits, int fromEnd, bool negative)
    {
        var digit = fromEnd > digits.Length ? 0 : digits[^fromEnd] - '0';
        return negative ? -digit : digit;
    }
}
