namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>The 130 bits of a <c>grp_</c> or <c>wkr_</c> id: its first digit, and the other 25 as a number.</summary>
internal readonly record struct GroupKey(UInt128 Value, byte First)
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Prefix = 4;
    private const int DigitCount = 26;

    /// <summary>Reads a valid id.</summary>
    public static GroupKey Parse(ReadOnlySpan<byte> id)
    {
        var value = UInt128.Zero;
        foreach (var letter in id.Slice(Prefix + 1, DigitCount - 1))
        {
            value = (value << 5) | (uint)Digits.IndexOf((char)letter, StringComparison.Ordinal);
        }

        return new GroupKey(value, id[Prefix]);
    }

    public override string ToString() => string.Create(Prefix + DigitCount, this, static (text, key) =>
    {
        "grp_".CopyTo(text);
        text[Prefix] = (char)key.First;
        var value = key.Value;
        for (var index = text.Length - 1; index > Prefix; index--)
        {
            text[index] = Digits[(int)(value & 31)];
            value >>= 5;
        }
    });
}
