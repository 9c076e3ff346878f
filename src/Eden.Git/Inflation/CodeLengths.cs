namespace Eden.Git.Inflation;

/// <summary>The symbols of one Huffman code that have a length, in the order of the symbols. Blocks use few of those that there are.</summary>
internal sealed class CodeLengths(int capacity)
{
    public const int MaxLength = 15;

    private readonly ushort[] _used = new ushort[capacity];
    private readonly int[] _counts = new int[MaxLength + 1];

    /// <summary>Gets the symbols and their lengths: the symbol above four bits of length.</summary>
    public ReadOnlySpan<ushort> Used => _used.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Gets how many symbols have each length from 1 to 15.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    public void Clear()
    {
        Count = 0;
        _counts.AsSpan().Clear();
    }

    public void Add(int symbol, int length)
    {
        unchecked
        {
            _used[Count++] = (ushort)((symbol << 4) | length);
            _counts[length & MaxLength]++;
        }
    }
}
