using System.IO.Compression;

namespace Eden.Git.Tests.Packs;

/// <summary>Zlib streams for differential tests: from the base library, and crafted block by block with codes that no compressor would choose.</summary>
internal static partial class DeflateStreams
{
    // More than one stored block, the longest thing that a cut stream may still wait for without a decision.
    private static readonly byte[] s_zeros = new byte[70_000];
    private static readonly byte[] s_ones = [.. Enumerable.Repeat((byte)0xFF, 70_000)];

    /// <summary>Inflates with the base library; <see langword="false"/> when it refuses, or when the stream has no whole end.</summary>
    public static bool Oracle(byte[] stream, out byte[] content)
    {
        // The base library is silent about a cut end. A stream that has ended does not care what follows it.
        var sound = TryInflate(stream, out content);
        return sound
            && TryInflate([.. stream, .. s_zeros], out var first) && first.AsSpan().SequenceEqual(content)
            && TryInflate([.. stream, .. s_ones], out var second) && second.AsSpan().SequenceEqual(content);
    }

    public static byte[] Content(Random random, int longest = 5_000)
    {
        var content = new byte[random.Next(10) == 0 ? random.Next(4) : random.Next(longest)];
        switch (random.Next(5))
        {
            case 0:
                random.NextBytes(content);
                break;
            case 1:
                content.AsSpan().Fill((byte)random.Next(256));
                break;
            case 2:
                for (var index = 0; index < content.Length; index++)
                {
                    content[index] = (byte)"etaoin shrdlu\n"[random.Next(14)];
                }

                break;
            case 3:
                // Skewed: long codes for rare bytes.
                for (var index = 0; index < content.Length; index++)
                {
                    content[index] = (byte)(255 * Math.Pow(random.NextDouble(), 12));
                }

                break;
            default:
                for (var index = 0; index < content.Length; index++)
                {
                    content[index] = index > 300 && random.Next(4) > 0 ? content[index - 1 - random.Next(300)] : (byte)random.Next(256);
                }

                break;
        }

        return content;
    }

    /// <summary>Compresses with codes of one kind: <c>stored</c>, <c>fixed</c>, or the compressor's own; <c>in pieces</c> gives each of the first bytes blocks of its own.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> content, string form)
    {
        using var output = new MemoryStream();
        var options = new ZLibCompressionOptions
        {
            CompressionLevel = form == "stored" ? 0 : 9,
            CompressionStrategy = form == "fixed" ? ZLibCompressionStrategy.Fixed : ZLibCompressionStrategy.Default,
        };
        using (var zlib = new ZLibStream(output, options, leaveOpen: true))
        {
            for (var piece = 0; form == "in pieces" && piece < 8; piece++, content = content[1..])
            {
                zlib.Write(content[..1]);
                zlib.Flush();
            }

            zlib.Write(content);
        }

        return output.ToArray();
    }

    public static byte[] Compress(ReadOnlySpan<byte> content, Random random)
    {
        using var output = new MemoryStream();
        var options = new ZLibCompressionOptions
        {
            CompressionLevel = random.Next(10),
            CompressionStrategy = (ZLibCompressionStrategy)random.Next(5),
        };
        using (var zlib = new ZLibStream(output, options, leaveOpen: true))
        {
            while (!content.IsEmpty)
            {
                var step = random.Next(6) == 0 ? Math.Min(content.Length, random.Next(1, 200)) : content.Length;
                zlib.Write(content[..step]);
                content = content[step..];
                if (random.Next(2) == 0)
                {
                    zlib.Flush();
                }
            }
        }

        // An empty input gives an empty stream.
        return output.Length > 0 ? output.ToArray() : [0x78, 0x9C, 3, 0, 0, 0, 0, 1];
    }

    /// <summary>Makes a stream of random blocks with random, complete Huffman codes, and the content it stands for.</summary>
    public static byte[] Craft(Random random, out byte[] content)
    {
        var bits = new BitWriter();
        var output = new List<byte>();
        bits.Write(0x78, 8);
        bits.Write(0x9C, 8);
        var blocks = random.Next(1, 5);
        for (var block = 0; block < blocks; block++)
        {
            bits.Write(block == blocks - 1 ? 1 : 0, 1);
            var kind = random.Next(3);
            bits.Write(kind, 2);
            if (kind == 0)
            {
                var stored = new byte[random.Next(100)];
                random.NextBytes(stored);
                bits.Align();
                bits.Write(stored.Length, 16);
                bits.Write(stored.Length ^ 0xFFFF, 16);
                foreach (var value in stored)
                {
                    bits.Write(value, 8);
                }

                output.AddRange(stored);
                continue;
            }

            byte[] literalLengths;
            byte[] distanceLengths;
            if (kind == 1)
            {
                literalLengths = [.. Enumerable.Repeat((byte)8, 144), .. Enumerable.Repeat((byte)9, 112), .. Enumerable.Repeat((byte)7, 24), .. Enumerable.Repeat((byte)8, 8)];
                distanceLengths = [.. Enumerable.Repeat((byte)5, 32)];
            }
            else
            {
                literalLengths = RandomCode(random, 286, 257, mustHave: 256);
                distanceLengths = random.Next(6) switch
                {
                    0 => new byte[random.Next(1, 31)],
                    1 => SingleCode(random),
                    _ => RandomCode(random, 30, 1, mustHave: -1),
                };
                WriteCodes(bits, random, literalLengths, distanceLengths);
            }

            WriteSymbols(bits, random, literalLengths, distanceLengths, output);
        }

        bits.Align();
        content = [.. output];
        var checksum = Checksum(content);
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            bits.Write((int)((checksum >> shift) & 0xFF), 8);
        }

        return bits.ToArray();
    }

    private static bool TryInflate(byte[] stream, out byte[] content)
    {
        using var output = new MemoryStream();
        var sound = false;
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(stream), CompressionMode.Decompress);
            zlib.CopyTo(output);
            sound = true;
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            // Refused: that is the answer.
        }

        content = output.ToArray();
        return sound;
    }

    private static uint Checksum(ReadOnlySpan<byte> content)
    {
        uint first = 1;
        uint second = 0;
        foreach (var value in content)
        {
            first = (first + value) % 65521;
            second = (second + first) % 65521;
        }

        return (second << 16) | first;
    }

    private static byte[] SingleCode(Random random)
    {
        var lengths = new byte[random.Next(1, 31)];
        lengths[random.Next(lengths.Length)] = 1;
        return lengths;
    }

    // Splits leaves of a full binary tree at random: complete by construction, up to the longest code allowed.
    private static byte[] RandomCode(Random random, int most, int least, int mustHave)
    {
        var leaves = new List<byte> { 1, 1 };
        var wanted = random.Next(2, Math.Min(most, 2 + random.Next(1, most)));
        var deep = random.Next(2) == 0;
        for (var tries = 0; leaves.Count < wanted && tries < 2000; tries++)
        {
            var index = deep ? leaves.Count - 1 - random.Next(Math.Min(3, leaves.Count)) : random.Next(leaves.Count);
            if (leaves[index] < 15)
            {
                leaves[index]++;
                leaves.Add(leaves[index]);
            }
        }

        var lengths = new byte[random.Next(Math.Max(least, leaves.Count), most + 1)];
        var places = Enumerable.Range(0, lengths.Length).Where(place => place != mustHave).OrderBy(_ => random.Next()).ToList();
        if (mustHave >= 0)
        {
            places.Insert(0, mustHave);
        }

        for (var index = 0; index < leaves.Count; index++)
        {
            lengths[places[index]] = leaves[index];
        }

        return lengths;
    }

    private static void WriteCodes(BitWriter bits, Random random, byte[] literals, byte[] distances)
    {
        byte[] all = [.. literals, .. distances];
        bits.Write(literals.Length - 257, 5);
        bits.Write(distances.Length - 1, 5);

        // All nineteen symbols with a complete code: 13 of four bits, 6 of five.
        byte[] codes = [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5];
        random.Shuffle(codes);
        bits.Write(15, 4);
        foreach (var symbol in (ReadOnlySpan<int>)[16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])
        {
            bits.Write(codes[symbol], 3);
        }

        var assigned = Assign(codes);
        for (var index = 0; index < all.Length;)
        {
            var run = 1;
            while (index + run < all.Length && all[index + run] == all[index])
            {
                run++;
            }

            if (all[index] == 0 && run >= 11)
            {
                run = Math.Min(run, 138);
                bits.WriteCode(assigned[18], codes[18]);
                bits.Write(run - 11, 7);
            }
            else if (all[index] == 0 && run >= 3)
            {
                run = Math.Min(run, 10);
                bits.WriteCode(assigned[17], codes[17]);
                bits.Write(run - 3, 3);
            }
            else if (index > 0 && all[index - 1] == all[index] && run >= 3)
            {
                run = Math.Min(run, 6);
                bits.WriteCode(assigned[16], codes[16]);
                bits.Write(run - 3, 2);
            }
            else
            {
                run = 1;
                bits.WriteCode(assigned[all[index]], codes[all[index]]);
            }

            index += run;
        }
    }

    private static void WriteSymbols(BitWriter bits, Random random, byte[] literals, byte[] distances, List<byte> output)
    {
        var literalCodes = Assign(literals);
        var distanceCodes = Assign(distances);
        var usable = Enumerable.Range(0, Math.Min(literals.Length, 286)).Where(symbol => literals[symbol] != 0 && symbol != 256).ToArray();
        var reaches = Enumerable.Range(0, Math.Min(distances.Length, 30)).Where(symbol => distances[symbol] != 0).ToArray();
        for (var count = usable.Length == 0 ? 0 : random.Next(300); count > 0; count--)
        {
            var symbol = usable[random.Next(usable.Length)];
            if (symbol < 256)
            {
                bits.WriteCode(literalCodes[symbol], literals[symbol]);
                output.Add((byte)symbol);
                continue;
            }

            var fitting = reaches.Where(reach => DistanceBase(reach) <= output.Count).ToArray();
            if (fitting.Length == 0)
            {
                continue;
            }

            var distanceSymbol = fitting[random.Next(fitting.Length)];
            var distanceBits = distanceSymbol < 4 ? 0 : (distanceSymbol - 2) >> 1;
            var distanceExtra = random.Next(1 << distanceBits);
            if (DistanceBase(distanceSymbol) + distanceExtra > output.Count)
            {
                distanceExtra = 0;
            }

            var lengthBits = symbol is < 265 or 285 ? 0 : (symbol - 261) >> 2;
            var lengthExtra = random.Next(1 << lengthBits);
            bits.WriteCode(literalCodes[symbol], literals[symbol]);
            bits.Write(lengthExtra, lengthBits);
            bits.WriteCode(distanceCodes[distanceSymbol], distances[distanceSymbol]);
            bits.Write(distanceExtra, distanceBits);
            for (var length = LengthBase(symbol) + lengthExtra; length > 0; length--)
            {
                output.Add(output[output.Count - DistanceBase(distanceSymbol) - distanceExtra]);
            }
        }

        bits.WriteCode(literalCodes[256], literals[256]);
    }

    private static int DistanceBase(int symbol) => symbol < 4 ? symbol + 1 : ((2 + (symbol & 1)) << ((symbol - 2) >> 1)) + 1;

    private static int LengthBase(int symbol) => symbol switch
    {
        285 => 258,
        < 265 => symbol - 254,
        _ => ((4 + ((symbol - 265) & 3)) << ((symbol - 261) >> 2)) + 3,
    };

    private static int[] Assign(byte[] lengths)
    {
        var next = new int[17];
        for (var length = 1; length <= 15; length++)
        {
            next[length + 1] = (next[length] + lengths.Count(value => value == length)) << 1;
        }

        return [.. lengths.Select(length => length == 0 ? 0 : next[length]++)];
    }

    private sealed class BitWriter
    {
        private readonly List<byte> _bytes = [];
        private int _used = 8;

        public void Write(int value, int count)
        {
            for (var bit = 0; bit < count; bit++)
            {
                if (_used == 8)
                {
                    _bytes.Add(0);
                    _used = 0;
                }

                _bytes[^1] |= (byte)(((value >> bit) & 1) << _used++);
            }
        }

        // Codes go in with their highest bit first.
        public void WriteCode(int code, int length)
        {
            for (var bit = length - 1; bit >= 0; bit--)
            {
                Write((code >> bit) & 1, 1);
            }
        }

        public void Align() => _used = 8;

        public byte[] ToArray() => [.. _bytes];
    }
}
