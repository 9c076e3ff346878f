using System.Text;

namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>Unicode normalization form C. Our own, because a host with invariant globalization calls every text normal.</summary>
internal static class NormalForm
{
    private const int FirstCombining = 0x300;
    private const int MostParts = 4;
    private const int Bits = 21;
    private const uint Mask = (1u << Bits) - 1;

    // Hangul syllables are composed by arithmetic (Unicode, section 3.12).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>Tells whether a text is in form C: decomposed, ordered and composed again it is the same.</summary>
    public static bool IsC(ReadOnlySpan<Rune> text)
    {
        var plain = true;
        foreach (var rune in text)
        {
            plain &= rune.Value < FirstCombining;
            if (IsExcluded(rune.Value))
            {
                return false;
            }
        }

        if (plain)
        {
            return true;
        }

        var parts = new int[text.Length * MostParts];
        var count = 0;
        foreach (var rune in text)
        {
            Decompose(rune.Value, parts, ref count);
        }

        var decomposed = parts.AsSpan(0, count);
        Order(decomposed);
        var composed = decomposed[..Compose(decomposed)];
        if (composed.Length != text.Length)
        {
            return false;
        }

        for (var index = 0; index < composed.Length; index++)
        {
            if (composed[index] != text[index].Value)
            {
                return false;
            }
        }

        return true;
    }

    private static void Decompose(int value, int[] parts, ref int count)
    {
        var syllable = value - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            parts[count++] = LeadBase + (syllable / (VowelCount * TrailCount));
            parts[count++] = VowelBase + (syllable / TrailCount % VowelCount);
            if (syllable % TrailCount != 0)
            {
                parts[count++] = TrailBase + (syllable % TrailCount);
            }

            return;
        }

        var composites = NormalFormTables.Composites;
        int low = 0, high = composites.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var entry = composites[middle];
            var composite = (int)(entry >> (2 * Bits));
            if (composite == value)
            {
                Decompose((int)((entry >> Bits) & Mask), parts, ref count);
                Decompose((int)(entry & Mask), parts, ref count);
                return;
            }

            (low, high) = composite < value ? (middle + 1, high) : (low, middle - 1);
        }

        parts[count++] = value;
    }

    /// <summary>Sorts each run of combining marks by class; equal classes keep their order.</summary>
    private static void Order(Span<int> text)
    {
        for (var index = 1; index < text.Length; index++)
        {
            var mark = text[index];
            var markClass = CombiningClass(mark);
            var at = index;
            while (markClass != 0 && at > 0 && CombiningClass(text[at - 1]) > markClass)
            {
                text[at] = text[at - 1];
                at--;
            }

            text[at] = mark;
        }
    }

    private static int Compose(Span<int> text)
    {
        var length = 0;
        var starter = -1;
        var previousClass = 0;
        foreach (var value in text)
        {
            var valueClass = CombiningClass(value);

            // A mark reaches its starter over marks of lower classes only; another starter only when it stands right behind.
            var blocked = starter < 0 || (length - 1 > starter && previousClass >= valueClass);
            if (!blocked && TryCompose(text[starter], value, out var composite))
            {
                text[starter] = composite;
                continue;
            }

            if (valueClass == 0)
            {
                starter = length;
            }

            previousClass = valueClass;
            text[length++] = value;
        }

        return length;
    }

    private static bool TryCompose(int first, int second, out int composite)
    {
        composite = 0;
        if (first is >= LeadBase and < LeadBase + LeadCount && second is >= VowelBase and < VowelBase + VowelCount)
        {
            composite = SyllableBase + ((((first - LeadBase) * VowelCount) + (second - VowelBase)) * TrailCount);
            return true;
        }

        if (first is >= SyllableBase and < SyllableBase + SyllableCount && (first - SyllableBase) % TrailCount == 0
            && second is > TrailBase and < TrailBase + TrailCount)
        {
            composite = first + (second - TrailBase);
            return true;
        }

        var pair = ((ulong)first << Bits) | (uint)second;
        foreach (var entry in NormalFormTables.Composites)
        {
            if ((entry & ((1UL << (2 * Bits)) - 1)) == pair)
            {
                composite = (int)(entry >> (2 * Bits));
                return true;
            }
        }

        return false;
    }

    private static int CombiningClass(int value)
    {
        if (value < FirstCombining)
        {
            return 0;
        }

        var entry = Last(NormalFormTables.CombiningClasses, value);
        return value <= (int)(entry >> 11) + (int)((entry >> 8) & 7) ? (int)(entry & 0xFF) : 0;
    }

    private static bool IsExcluded(int value)
    {
        var entry = Last(NormalFormTables.Excluded, value);
        return entry != 0 && value <= (int)(entry >> 11) + (int)(entry & 0x7FF);
    }

    /// <summary>Returns the last range that begins at or before a code point, or 0.</summary>
    private static uint Last(ReadOnlySpan<uint> ranges, int value)
    {
        int low = 0, high = ranges.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = (int)(ranges[middle] >> 11) <= value ? (middle + 1, high) : (low, middle);
        }

        return low == 0 ? 0 : ranges[low - 1];
    }
}
