namespace Eden.Git.Inflation;

/// <summary>The codes of one block for counting: literals and lengths in the first half of one table, distances in the second, longer codes behind.</summary>
/// <remarks>A literal's value is the one byte that it adds. A length's word has the bit <see cref="Distances"/>, which leads to the second half; a distance's
/// word is negative. Everything else is as <see cref="HuffmanTable"/> says.</remarks>
internal sealed class CountingCodes
{
    public const uint Mask = (1u << RootBits) - 1;

    /// <summary>Where the second half begins; in a word, that the next symbol is looked up there.</summary>
    public const uint Distances = 1u << RootBits;

    public const int RootBits = 10;

    // The worst second levels: 310 words for 286 symbols of at most 15 bits, 160 for 30.
    private const int LiteralOverflow = 320;
    private const int DistanceOverflow = 192;

    private static readonly uint[] s_literalWords = MakeLiteralWords();
    private static readonly uint[] s_distanceWords = Inflater.MakeDistanceWords();

    public CountingCodes()
    {
        var overflow = 2 << RootBits;
        Entries = new uint[overflow + LiteralOverflow + DistanceOverflow];
        Literals = new HuffmanTable(s_literalWords, RootBits, Entries, 0, overflow);
        DistanceCodes = new HuffmanTable(s_distanceWords, RootBits, Entries, (int)Distances, overflow + LiteralOverflow);
    }

    public uint[] Entries { get; }

    public HuffmanTable Literals { get; }

    public HuffmanTable DistanceCodes { get; }

    private static uint[] MakeLiteralWords()
    {
        var words = Inflater.MakeLiteralWords();
        words.AsSpan(0, 256).Fill(1u << 16);
        for (var symbol = 257; symbol < 286; symbol++)
        {
            words[symbol] |= Distances;
        }

        return words;
    }
}
