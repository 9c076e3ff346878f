using System.Numerics;
using System.Runtime.CompilerServices;

namespace Eden.Git.Inflation;

/// <summary>A two-level decoding table for one Huffman code of RFC 1951.</summary>
/// <remarks>
/// An entry is one word. Bits 0–7: the bits to drop, extra bits included. Bits 11–14: the code's own length. Bits 16–30: a literal, a base
/// length or distance, or where a second-level table starts. Bit 15: none of the plain cases, see the flags below. The rest is the symbols' own.
/// </remarks>
internal sealed class HuffmanTable
{
    public const uint Literal = 0x8000_0000;
    public const uint Exceptional = 0x8000;
    public const uint Subtable = 0x100;
    public const uint EndOfBlock = 0x200;

    // A code that no symbol has, or whose symbol RFC 1951 reserves.
    public const uint Invalid = Exceptional;

    private const int MaxCodeLength = CodeLengths.MaxLength;

    private readonly int _rootBits;
    private readonly bool _isWide;
    private readonly int _start;
    private readonly int _overflow;
    private readonly uint[] _symbols;
    private readonly ushort[] _sorted;
    private readonly int[] _offsets = new int[MaxCodeLength + 1];

    /// <summary>Makes a table by itself, whose first level is no larger than the code needs.</summary>
    /// <param name="symbols">The word of each symbol, without the code's length.</param>
    /// <param name="rootBits">How many bits index the first level at most.</param>
    /// <param name="capacity">Room for both levels: the worst case of the code's size and <paramref name="rootBits"/>.</param>
    public HuffmanTable(uint[] symbols, int rootBits, int capacity)
        : this(symbols, rootBits, new uint[capacity], 0, 1 << rootBits)
    {
        _isWide = false;
    }

    /// <summary>Makes a table in a part of a larger one. Its first level always has all of its entries.</summary>
    /// <param name="symbols">The word of each symbol, without the code's length.</param>
    /// <param name="rootBits">How many bits index the first level.</param>
    /// <param name="entries">The larger table.</param>
    /// <param name="start">Where the first level begins in it.</param>
    /// <param name="overflow">Where the second level begins in it.</param>
    public HuffmanTable(uint[] symbols, int rootBits, uint[] entries, int start, int overflow)
    {
        _symbols = symbols;
        _rootBits = rootBits;
        _isWide = true;
        _start = start;
        _overflow = overflow;
        _sorted = new ushort[symbols.Length];
        Entries = entries;
    }

    public uint[] Entries { get; }

    /// <summary>Gets the mask that takes the first level's index out of the bit buffer.</summary>
    public uint Mask { get; private set; }

    /// <summary>Builds the table from the code length of each symbol, as the other one does.</summary>
    public bool TryBuild(ReadOnlySpan<byte> lengths, bool allowSingle)
    {
        var used = new CodeLengths(lengths.Length);
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            if (lengths[symbol] != 0)
            {
                used.Add(symbol, lengths[symbol]);
            }
        }

        return TryBuild(used, allowSingle);
    }

    /// <summary>Builds the table from code lengths. Refuses what zlib refuses: over-subscribed codes, and incomplete ones unless they are
    /// a single code of one bit, or empty, where <paramref name="allowSingle"/> says so.</summary>
    public bool TryBuild(CodeLengths lengths, bool allowSingle)
    {
        unchecked
        {
            var counts = lengths.Counts;
            var offsets = _offsets;
            var space = 0;
            var longest = 0;
            var offset = 0;
            for (var length = 1; length <= MaxCodeLength; length++)
            {
                offsets[length] = offset;
                var count = counts[length];
                offset += count;
                space = (space << 1) + count;
                longest = count != 0 ? length : longest;
            }

            if (space > 1 << MaxCodeLength)
            {
                return false;
            }

            var sorted = _sorted;
            foreach (var code in lengths.Used)
            {
                sorted[offsets[code & 15]++] = (ushort)(code >> 4);
            }

            if (space < 1 << MaxCodeLength)
            {
                return allowSingle && longest <= 1 && BuildIncomplete(lengths.Count);
            }

            Fill(counts, longest);
            return true;
        }
    }

    private bool BuildIncomplete(int used)
    {
        var root = Entries.AsSpan(_start);
        root[0] = used == 1 ? Word(_sorted[0], 1) : Invalid | 1;
        root[1] = Invalid | 1;
        Widen(root, 1);
        return true;
    }

    private uint Word(int symbol, int length) => unchecked(_symbols[symbol] + (uint)((length << 11) | length));

    // The first level repeats itself: what a shorter index finds, every longer one with the same low bits finds too.
    private void Widen(Span<uint> root, int bits)
    {
        unchecked
        {
            for (; _isWide && bits < _rootBits; bits++)
            {
                root[..(1 << bits)].CopyTo(root[(1 << bits)..]);
            }

            Mask = (1u << bits) - 1;
        }
    }

    // Codes are numbered in bit-reversed form; the first level doubles each time the length grows, so every entry is written once.
    private void Fill(ReadOnlySpan<int> counts, int longest)
    {
        unchecked
        {
            var entries = Entries.AsSpan(_start);
            var sorted = _sorted.AsSpan();
            var symbols = _symbols.AsSpan();
            var root = Math.Min(longest, _rootBits);
            var next = 0;
            var code = 0u;
            var length = 1;
            int count;
            while ((count = counts[length]) == 0)
            {
                length++;
            }

            var end = 1 << length;
            while (length <= root)
            {
                var last = (uint)end - 1;
                var tail = (uint)((length << 11) | length);
                do
                {
                    entries[(int)code] = symbols[sorted[next++]] + tail;
                    if (code == last)
                    {
                        Widen(entries, length);
                        return;
                    }

                    code = Following(code, last);
                }
                while (--count != 0);

                do
                {
                    if (++length <= root)
                    {
                        entries[..end].CopyTo(entries[end..]);
                        end <<= 1;
                    }
                }
                while ((count = counts[length]) == 0);
            }

            Mask = (1u << root) - 1;
            FillSubtables(counts, root, code, length, count, next);
        }
    }

    private void FillSubtables(ReadOnlySpan<int> counts, int root, uint code, int length, int count, int next)
    {
        unchecked
        {
            var entries = Entries;
            var end = _overflow;
            var prefix = uint.MaxValue;
            var start = 0;
            while (true)
            {
                if ((code & Mask) != prefix)
                {
                    prefix = code & Mask;
                    start = end;
                    var bits = length - root;
                    var space = count;
                    while (space < 1 << bits)
                    {
                        bits++;
                        space = (space << 1) + counts[root + bits];
                    }

                    end = start + (1 << bits);
                    entries[_start + (int)prefix] = ((uint)start << 16) | Exceptional | Subtable | (uint)(bits << 11) | (uint)root;
                }

                var entry = Word(_sorted[next++], length - root);
                for (var index = start + (int)(code >> root); index < end; index += 1 << (length - root))
                {
                    entries[index] = entry;
                }

                if (code == (1u << length) - 1)
                {
                    return;
                }

                code = Following(code, (1u << length) - 1);
                count--;
                while (count == 0)
                {
                    count = counts[++length];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Following(uint code, uint allOnes)
    {
        unchecked
        {
            var bit = 1u << BitOperations.Log2(code ^ allOnes);
            return (code & (bit - 1)) | bit;
        }
    }
}
