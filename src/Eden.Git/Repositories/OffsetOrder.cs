namespace Eden.Git.Repositories;

/// <summary>Sorts the positions of an index by pack offset, digit by digit: several times quicker than comparing.</summary>
internal static class OffsetOrder
{
    private const int DigitBits = 11;
    private const int Digits = 1 << DigitBits;

    /// <summary>Returns the positions in the order of their offsets, which are not negative.</summary>
    public static int[] Of(ReadOnlySpan<long> offsets)
    {
        var largest = 0L;
        var order = new int[offsets.Length];
        for (var position = 0; position < order.Length; position++)
        {
            order[position] = position;
            largest |= offsets[position];
        }

        var next = new int[order.Length];
        var starts = new int[Digits];
        for (var shift = 0; shift < 63 && largest >> shift != 0; shift += DigitBits)
        {
            Array.Clear(starts);
            foreach (var offset in offsets)
            {
                starts[(int)((offset >> shift) & (Digits - 1))]++;
            }

            var start = 0;
            for (var digit = 0; digit < Digits; digit++)
            {
                (starts[digit], start) = (start, start + starts[digit]);
            }

            foreach (var position in order)
            {
                next[starts[(int)((offsets[position] >> shift) & (Digits - 1))]++] = position;
            }

            (order, next) = (next, order);
        }

        return order;
    }
}
