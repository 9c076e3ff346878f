namespace Eden.Git.Tests.Packs;

// One stream for each thing that zlib refuses, beside a sound one that differs in nothing else.
internal static partial class DeflateStreams
{
    private const int Literal = 'a';
    private const int EndOfBlock = 256;
    private const int LengthThree = 257;

    /// <summary>Returns streams by name, and whether each is sound.</summary>
    public static IEnumerable<(string Name, byte[] Stream, bool IsSound)> Faults()
    {
        yield return ("a sound stream of fixed codes", Fixed([Literal, EndOfBlock]), true);
        yield return ("another method than deflate", WithHeader(0x79, 0x9A), false);
        yield return ("a window of 64 KiB", WithHeader(0x88, 0x1C), false);
        yield return ("a window of 256 bytes", WithHeader(0x08, 0x1D), true);
        yield return ("a header whose check does not divide", WithHeader(0x78, 0x9D), false);
        yield return ("a preset dictionary", WithHeader(0x78, 0xBB), false);
        yield return ("block type three", Compose(bits => bits.Write(0b111, 3)), false);
        yield return ("block type three, second", Compose(bits =>
        {
            Stored(bits, [], last: false);
            bits.Write(0b111, 3);
        }), false);
        yield return ("a stored block", Compose(bits => Stored(bits, [1, 2, 3], last: true), 1, 2, 3), true);
        yield return ("a stored length that does not match its complement", Compose(bits => Stored(bits, [1, 2, 3], last: true, complement: 0xFFFD), 1, 2, 3), false);
        foreach (var symbol in (int[])[286, 287])
        {
            yield return ($"the reserved length {symbol}", Fixed([Literal, symbol, EndOfBlock]), false);
        }

        foreach (var (symbol, sound) in ((int, bool)[])[(0, true), (1, false), (29, false), (30, false), (31, false)])
        {
            yield return ($"distance code {symbol} after one byte", FixedMatch(1, symbol, 0), sound);
        }

        yield return ("the longest distance, to the first byte", FixedMatch(32_768, 29, 8191), true);
        yield return ("the longest distance, to before the first byte", FixedMatch(32_767, 29, 8191), false);
        foreach (var fault in Codes())
        {
            yield return fault;
        }

        foreach (var fault in LengthCodes())
        {
            yield return fault;
        }
    }

    /// <summary>Makes a stream whose codes need the largest tables there can be, and the content it stands for.</summary>
    public static byte[] WithLargestTables(Random random, out byte[] content)
    {
        // What a search over all codes finds: how many codes have each length.
        var literals = Lengths(random, 286, EndOfBlock, [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 229, 49, 1, 2]);
        var distances = random.Next(2) == 0
            ? Lengths(random, 30, -1, [1, 1, 1, 1, 1, 1, 0, 0, 1, 9, 9, 1, 1, 1, 2])
            : Lengths(random, 30, -1, [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 9, 9, 1, 2]);
        var output = new List<byte>();
        var stream = Compose(bits =>
        {
            bits.Write(0b101, 3);
            WriteCodes(bits, random, literals, distances);
            WriteSymbols(bits, random, literals, distances, output);
        });
        content = [.. output];
        return Sealed(stream[..^4], content);
    }

    private static IEnumerable<(string Name, byte[] Stream, bool IsSound)> Codes()
    {
        // "0" is a byte, "10" the end, "11" a length of three; of the distances, "0" is one and "1" is two.
        (int, int)[] literals = [(Literal, 1), (EndOfBlock, 2), (LengthThree, 2)];
        (int, int)[] distances = [(0, 1), (1, 1)];
        yield return ("sound codes", Dynamic(literals, distances, "0 11 0 10", 'a', 'a', 'a', 'a'), true);
        yield return ("over-subscribed literals", Dynamic([(Literal, 1), (EndOfBlock, 1), (LengthThree, 1)], distances, "0 1"), false);
        yield return ("incomplete literals", Dynamic([(Literal, 2), (EndOfBlock, 2)], distances, "0 0 0 1", 'a'), false);
        yield return ("a single literal code of two bits", Dynamic([(EndOfBlock, 2)], distances, "0 0"), false);
        yield return ("a single literal code of one bit", Dynamic([(EndOfBlock, 1)], distances, "0"), true);
        yield return ("a single literal code of one bit, and the other bit", Dynamic([(EndOfBlock, 1)], distances, "1"), false);
        yield return ("no end of block", Dynamic([(Literal, 1), (LengthThree, 1)], distances, "0 0 0 0", 'a', 'a'), false);
        yield return ("no code at all", Dynamic([], distances, "0 0 0 0"), false);
        yield return ("over-subscribed distances", Dynamic(literals, [(0, 1), (1, 1), (2, 1)], "0 10", 'a'), false);
        yield return ("incomplete distances", Dynamic(literals, [(0, 2), (1, 2)], "0 10", 'a'), false);
        yield return ("incomplete distances of several lengths", Dynamic(literals, [(0, 1), (1, 3)], "0 10", 'a'), false);
        yield return ("a single distance code of two bits", Dynamic(literals, [(0, 2)], "0 10", 'a'), false);
        yield return ("a single distance code of one bit", Dynamic(literals, [(0, 1)], "0 11 0 10", 'a', 'a', 'a', 'a'), true);
        yield return ("a single distance code of one bit, and the other bit", Dynamic(literals, [(0, 1)], "0 11 1 10", 'a', 'a', 'a', 'a'), false);
        yield return ("no distances and no matches", Dynamic(literals, [], "0 10", 'a'), true);
        yield return ("no distances and a match", Dynamic(literals, [], "0 11 0 10", 'a', 'a', 'a', 'a'), false);
        yield return ("a match that reaches back too far", Dynamic(literals, distances, "0 11 1 10", 'a', 'a', 'a', 'a'), false);
        yield return ("a match before anything else", Dynamic(literals, distances, "11 0 10"), false);
        foreach (var count in (int[])[287, 288])
        {
            yield return ($"{count} literal codes", Dynamic(literals, distances, "0 10", literalCount: count, content: ['a']), false);
        }

        yield return ("286 literal codes", Dynamic(literals, distances, "0 10", literalCount: 286, content: ['a']), true);
        foreach (var count in (int[])[31, 32])
        {
            yield return ($"{count} distance codes", Dynamic(literals, distances, "0 10", distanceCount: count, content: ['a']), false);
        }

        yield return ("30 distance codes", Dynamic(literals, distances, "0 10", distanceCount: 30, content: ['a']), true);
    }

    private static IEnumerable<(string Name, byte[] Stream, bool IsSound)> LengthCodes()
    {
        // In the order of the format: 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15. Then symbols as bits.
        yield return ("over-subscribed code lengths", OfLengthCodes([1, 1, 1, 0], []), false);
        yield return ("incomplete code lengths", OfLengthCodes([0, 0, 2, 2], []), false);
        yield return ("a single code length", OfLengthCodes([0, 0, 1, 0], []), false);
        yield return ("no code lengths", OfLengthCodes([0, 0, 0, 0], []), false);

        // 1 is "0", 18 is "1": 256 zeros, one for the end of block, one for a distance.
        int[] eighteenAndOne = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        yield return ("zeros up to the end of block", OfLengthCodes(eighteenAndOne, [(1, 1), (127, 7), (1, 1), (107, 7), (0, 1), (0, 1), (0, 1)]), true);
        yield return ("zeros beyond the last code", OfLengthCodes(eighteenAndOne, [(1, 1), (127, 7), (1, 1), (127, 7), (0, 1)]), false);

        // 1 is "0", 16 is "1".
        int[] sixteenAndOne = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        yield return ("a repetition of nothing", OfLengthCodes(sixteenAndOne, [(1, 1), (0, 2)]), false);
        yield return ("a repetition beyond the last code", OfLengthCodes(sixteenAndOne, [(0, 1), .. Enumerable.Repeat((0b111, 3), 43)]), false);

        // 17 is "0", 0 is "10", 1 is "11".
        int[] seventeen = [0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
        IEnumerable<(int, int)> zeros = Enumerable.Repeat((7 << 1, 4), 25);
        yield return ("short repetitions up to the end of block", OfLengthCodes(seventeen, [.. zeros, (3 << 1, 4), (0b11, 2), (0b11, 2), (0, 1)]), true);
        yield return ("a short repetition beyond the last code", OfLengthCodes(seventeen, [.. zeros, (7 << 1, 4)]), false);
    }

    private static byte[] Lengths(Random random, int most, int mustHave, ReadOnlySpan<int> counts)
    {
        var lengths = new List<byte>();
        for (var length = 0; length < counts.Length; length++)
        {
            lengths.AddRange(Enumerable.Repeat((byte)(length + 1), counts[length]));
        }

        lengths.AddRange(new byte[most - lengths.Count]);
        var shuffled = lengths.ToArray();
        random.Shuffle(shuffled);
        if (mustHave >= 0 && shuffled[mustHave] == 0)
        {
            var other = Array.FindIndex(shuffled, length => length != 0);
            (shuffled[mustHave], shuffled[other]) = (shuffled[other], shuffled[mustHave]);
        }

        return shuffled;
    }

    private static byte[] WithHeader(byte method, byte flags)
    {
        var stream = Fixed([Literal, EndOfBlock]);
        (stream[0], stream[1]) = (method, flags);
        return stream;
    }

    private static byte[] Fixed(int[] symbols) => Compose(
        bits =>
        {
            bits.Write(0b011, 3);
            Array.ForEach(symbols, symbol => WriteFixed(bits, symbol));
        },
        [.. symbols.Where(symbol => symbol < 256).Select(symbol => (byte)symbol)]);

    // So many bytes in stored blocks, then three bytes from that distance.
    private static byte[] FixedMatch(int before, int distance, int extra)
    {
        var content = Enumerable.Range(0, before).Select(index => (byte)(index % 251)).ToArray();
        var reach = distance < 30 ? DistanceBase(distance) + extra : int.MaxValue;
        byte[] matched = reach > before ? [] : [.. Enumerable.Range(0, 3).Select(index => content[(before - reach + (index % reach)) % before])];
        return Compose(
            bits =>
            {
                Stored(bits, content, last: false);
                bits.Write(0b011, 3);
                WriteFixed(bits, LengthThree);
                bits.WriteCode(distance, 5);
                bits.Write(extra, distance < 4 ? 0 : (distance - 2) >> 1);
                WriteFixed(bits, EndOfBlock);
            },
            [.. content, .. matched]);
    }

    private static byte[] Dynamic((int Symbol, int Length)[] literals, (int Symbol, int Length)[] distances, string symbols, params char[] content)
        => Dynamic(literals, distances, symbols, content, 258, 3);

    private static byte[] Dynamic(
        (int Symbol, int Length)[] literals, (int Symbol, int Length)[] distances, string symbols, char[] content, int literalCount = 258, int distanceCount = 3)
        => Compose(
            bits =>
            {
                var literalLengths = new byte[literalCount];
                var distanceLengths = new byte[distanceCount];
                Array.ForEach(literals, code => literalLengths[code.Symbol] = (byte)code.Length);
                Array.ForEach(distances, code => distanceLengths[code.Symbol] = (byte)code.Length);
                bits.Write(0b101, 3);
                WriteCodes(bits, new Random(1), literalLengths, distanceLengths);
                foreach (var bit in symbols.Where(bit => bit != ' '))
                {
                    bits.Write(bit - '0', 1);
                }
            },
            [.. content.Select(value => (byte)value)]);

    private static byte[] OfLengthCodes(int[] lengths, IEnumerable<(int Value, int Count)> rest) => Compose(bits =>
    {
        bits.Write(0b101, 3);
        bits.Write(0, 5);
        bits.Write(0, 5);
        bits.Write(lengths.Length - 4, 4);
        Array.ForEach(lengths, length => bits.Write(length, 3));
        foreach (var (value, count) in rest)
        {
            bits.Write(value, count);
        }
    });

    private static void Stored(BitWriter bits, byte[] content, bool last, int complement = -1)
    {
        bits.Write(last ? 1 : 0, 3);
        bits.Align();
        bits.Write(content.Length, 16);
        bits.Write(complement < 0 ? content.Length ^ 0xFFFF : complement, 16);
        Array.ForEach(content, value => bits.Write(value, 8));
    }

    private static void WriteFixed(BitWriter bits, int symbol)
    {
        var (code, length) = symbol switch
        {
            < 144 => (0x30 + symbol, 8),
            < 256 => (0x190 + symbol - 144, 9),
            < 280 => (symbol - 256, 7),
            _ => (0xC0 + symbol - 280, 8),
        };
        bits.WriteCode(code, length);
    }

    private static byte[] Compose(Action<BitWriter> blocks, params byte[] content)
    {
        var bits = new BitWriter();
        bits.Write(0x78, 8);
        bits.Write(0x9C, 8);
        blocks(bits);
        return Sealed(bits.ToArray(), content);
    }

    private static byte[] Sealed(byte[] stream, byte[] content)
    {
        var checksum = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(checksum, Checksum(content));
        return [.. stream, .. checksum];
    }
}
