using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Eden.Git.Inflation;

/// <summary>Inflates one zlib stream (RFC 1950, RFC 1951) and leaves the input exactly behind it. Reusable, not thread-safe.</summary>
/// <remarks>
/// The base library's streams read ahead and cannot say where a stream ended, which is what a pack scanner needs to know. Counting
/// checks the whole structure but writes nothing, so it cannot check the Adler-32 at the end; the pack's own checksum covers it then.
/// Whatever zlib refuses is refused, as <see cref="InflateStatus.Malformed"/>.
/// </remarks>
internal sealed partial class Inflater
{
    private const int WindowLength = 1 << 15;
    private const int LongestMatch = 258;
    private const int EndOfBlockSymbol = 256;
    private const int StreamBufferLength = 1 << 18;

    private static readonly uint[] s_literalWords = MakeLiteralWords();
    private static readonly uint[] s_distanceWords = MakeDistanceWords();
    private static readonly uint[] s_lengthCodeWords = MakeLengthCodeWords();

    // Capacities: the worst case for 288 or 32 symbols of at most 15 bits with that many root bits, rounded up.
    private readonly HuffmanTable _literals = new(s_literalWords, 10, 1536);
    private readonly HuffmanTable _distances = new(s_distanceWords, 8, 512);
    private readonly HuffmanTable _lengthCodes = new(s_lengthCodeWords, 7, 128);
    private readonly CodeLengths _lengthCodeLengths = new(19);
    private readonly CodeLengths _literalLengths = new(288);
    private readonly CodeLengths _distanceLengths = new(32);
    private readonly CountingCodes _counting = new();
    private CountingCodes? _fixedCounting;
    private HuffmanTable? _fixedLiterals;
    private HuffmanTable? _fixedDistances;
    private byte[]? _streamBuffer;

    // The reading state, between blocks.
    private InflateInput _input = new([], 0, 0);
    private ulong _bits;
    private int _bitCount;

    /// <summary>Checks one stream without writing it. The Adler-32 is stepped over, not checked.</summary>
    public InflateStatus Count(InflateInput input, long expectedLength)
    {
        var length = 0L;
        Begin(input);
        var status = ReadHeader();
        var last = false;
        while (status == InflateStatus.Done && !last)
        {
            if (!TryReadBlockHeader(out last, out var kind))
            {
                return End(InflateStatus.Truncated);
            }

            status = kind switch
            {
                0 => SkipStored(ref length, expectedLength),
                1 => CountBlock(_fixedCounting ??= MakeFixedCounting(), ref length, expectedLength),
                2 => ReadCodes(_counting.Literals, _counting.DistanceCodes) is var codes && codes == InflateStatus.Done ? CountBlock(_counting, ref length, expectedLength) : codes,
                _ => InflateStatus.Malformed,
            };
        }

        if (status == InflateStatus.Done)
        {
            status = TryReadChecksum(out _) ? length == expectedLength ? InflateStatus.Done : InflateStatus.TooShort : InflateStatus.Truncated;
        }

        return End(status);
    }

    /// <summary>Inflates one stream of exactly <paramref name="length"/> bytes to the start of <paramref name="destination"/>.</summary>
    /// <param name="input">Where the stream begins; afterwards, on success, just behind it.</param>
    /// <param name="destination">At least <paramref name="length"/> bytes. Room behind them makes it quicker and may be overwritten.</param>
    /// <param name="length">The length that the stream must have.</param>
    public InflateStatus Inflate(InflateInput input, Span<byte> destination, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)destination.Length, nameof(length));
        var output = new Output(destination, length);
        Begin(input);
        var status = WriteBlocks(ref output);
        if (status == InflateStatus.Done)
        {
            status = output.Written < length ? InflateStatus.TooShort : Verify(Adler32.Append(Adler32.Start, destination[..length]));
        }

        return End(status);
    }

    /// <summary>Inflates one stream of exactly <paramref name="expectedLength"/> bytes into a sink, holding a fixed window.</summary>
    public InflateStatus Inflate(InflateInput input, long expectedLength, IInflateSink sink)
    {
        _streamBuffer ??= new byte[StreamBufferLength];
        var output = new Output(_streamBuffer, _streamBuffer.Length - 16, sink, expectedLength);
        Begin(input);
        var status = WriteBlocks(ref output);
        if (status == InflateStatus.Done)
        {
            status = output.Flush(keepWindow: false)
                ? output.Total < expectedLength ? InflateStatus.TooShort : Verify(output.Checksum)
                : InflateStatus.TooLong;
        }

        return End(status);
    }

    private InflateStatus Verify(uint checksum)
        => !TryReadChecksum(out var stored) ? InflateStatus.Truncated
            : stored == checksum ? InflateStatus.Done : InflateStatus.ChecksumMismatch;

    private InflateStatus WriteBlocks(ref Output output)
    {
        var status = ReadHeader();
        var last = false;
        while (status == InflateStatus.Done && !last)
        {
            if (!TryReadBlockHeader(out last, out var kind))
            {
                return InflateStatus.Truncated;
            }

            status = kind switch
            {
                0 => CopyStored(ref output),
                1 => UseFixed() ? WriteBlock(_fixedLiterals!, _fixedDistances!, ref output) : InflateStatus.Malformed,
                2 => ReadCodes(_literals, _distances) is var codes && codes == InflateStatus.Done ? WriteBlock(_literals, _distances, ref output) : codes,
                _ => InflateStatus.Malformed,
            };
        }

        return status;
    }

    private void Begin(InflateInput input)
    {
        _input = input;
        _bits = 0;
        _bitCount = 0;
    }

    private InflateStatus End(InflateStatus status)
    {
        // Whole bytes that were looked at too early go back.
        _input.Position -= Math.Max(0, _bitCount) >> 3;
        _bits = 0;
        _bitCount = 0;
        return status;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Need(int count)
    {
        while (_bitCount < count)
        {
            if (_input.Position >= _input.End && !_input.Refill())
            {
                return false;
            }

            unchecked
            {
                _bits |= (ulong)_input.Buffer[_input.Position] << _bitCount;
            }

            _input.Position++;
            _bitCount += 8;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Take(int count)
    {
        var value = (uint)(_bits & ((1UL << count) - 1));
        _bits >>= count;
        _bitCount -= count;
        return value;
    }

    private InflateStatus ReadHeader()
    {
        if (!Need(16))
        {
            return InflateStatus.Truncated;
        }

        var method = Take(8);
        var flags = Take(8);

        // Deflate, a window of at most 32 KiB, a header check that divides, no preset dictionary.
        return (method & 15) == 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 == 0 && (flags & 0x20) == 0
            ? InflateStatus.Done
            : InflateStatus.Malformed;
    }

    private bool TryReadBlockHeader(out bool last, out uint kind)
    {
        last = false;
        kind = 3;
        if (!NeedMany(3))
        {
            return false;
        }

        last = Take(1) != 0;
        kind = Take(2);
        return true;
    }

    private bool TryReadChecksum(out uint checksum)
    {
        Take(_bitCount & 7);
        checksum = 0;
        if (!Need(32))
        {
            return false;
        }

        checksum = BinaryPrimitives.ReverseEndianness(Take(32));
        return true;
    }

    private InflateStatus ReadStoredLength(out int length)
    {
        length = 0;
        Take(_bitCount & 7);
        if (!Need(32))
        {
            return InflateStatus.Truncated;
        }

        length = (int)Take(16);
        if (length != (int)(Take(16) ^ 0xFFFF))
        {
            return InflateStatus.Malformed;
        }

        _input.Position -= _bitCount >> 3;
        _bits = 0;
        _bitCount = 0;
        return InflateStatus.Done;
    }

    private InflateStatus SkipStored(ref long length, long limit)
    {
        if (ReadStoredLength(out var left) is var status && status != InflateStatus.Done)
        {
            return status;
        }

        length += left;
        if (length > limit)
        {
            return InflateStatus.TooLong;
        }

        while (left > 0)
        {
            if (_input.Position >= _input.End && !_input.Refill())
            {
                return InflateStatus.Truncated;
            }

            var step = Math.Min(left, _input.End - _input.Position);
            _input.Position += step;
            left -= step;
        }

        return InflateStatus.Done;
    }

    private InflateStatus CopyStored(ref Output output)
    {
        if (ReadStoredLength(out var left) is var status && status != InflateStatus.Done)
        {
            return status;
        }

        while (left > 0)
        {
            if (_input.Position >= _input.End && !_input.Refill())
            {
                return InflateStatus.Truncated;
            }

            if (output.Written >= output.Limit && !output.Flush(keepWindow: true))
            {
                return InflateStatus.TooLong;
            }

            var step = Math.Min(Math.Min(left, _input.End - _input.Position), output.Limit - output.Written);
            _input.Buffer.AsSpan(_input.Position, step).CopyTo(output.Buffer[output.Written..]);
            output.Written += step;
            _input.Position += step;
            left -= step;
        }

        return InflateStatus.Done;
    }

    private bool UseFixed()
    {
        if (_fixedLiterals is not null)
        {
            return true;
        }

        _fixedLiterals = new HuffmanTable(s_literalWords, 9, 512);
        _fixedDistances = new HuffmanTable(s_distanceWords, 5, 32);
        return TryBuildFixed(_fixedLiterals, _fixedDistances);
    }

    private static CountingCodes MakeFixedCounting()
    {
        var codes = new CountingCodes();
        TryBuildFixed(codes.Literals, codes.DistanceCodes);
        return codes;
    }

    private static bool TryBuildFixed(HuffmanTable literals, HuffmanTable distances)
    {
        Span<byte> lengths = stackalloc byte[288];
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..].Fill(8);
        Span<byte> distanceLengths = stackalloc byte[32];
        distanceLengths.Fill(5);
        return literals.TryBuild(lengths, false) && distances.TryBuild(distanceLengths, false);
    }

    private InflateStatus ReadCodes(HuffmanTable literals, HuffmanTable distances)
    {
        if (!Need(14))
        {
            return InflateStatus.Truncated;
        }

        var literalCount = (int)Take(5) + 257;
        var distanceCount = (int)Take(5) + 1;
        var lengthCodeCount = (int)Take(4) + 4;
        if (literalCount > 286 || distanceCount > 30)
        {
            return InflateStatus.Malformed;
        }

        // Nineteen lengths of three bits: the first look brings them all, but for the end of the input.
        Span<byte> codeLengths = stackalloc byte[19];
        codeLengths.Clear();
        ReadOnlySpan<byte> order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        for (var index = 0; index < lengthCodeCount; index++)
        {
            if (_bitCount < 3 && !NeedMany(3))
            {
                return InflateStatus.Truncated;
            }

            codeLengths[order[index]] = (byte)Take(3);
        }

        _lengthCodeLengths.Clear();
        for (var symbol = 0; symbol < codeLengths.Length; symbol++)
        {
            if (codeLengths[symbol] != 0)
            {
                _lengthCodeLengths.Add(symbol, codeLengths[symbol]);
            }
        }

        if (!_lengthCodes.TryBuild(_lengthCodeLengths, false))
        {
            return InflateStatus.Malformed;
        }

        var status = ReadCodeLengths(literalCount, literalCount + distanceCount, out var ends);
        if (status != InflateStatus.Done)
        {
            return status;
        }

        // A block that cannot end, and codes that are not whole, are refused before anything is decoded.
        return ends && literals.TryBuild(_literalLengths, true) && distances.TryBuild(_distanceLengths, true)
            ? InflateStatus.Done
            : InflateStatus.Malformed;
    }

    /// <summary>Reads the lengths of both codes, and notes only the symbols that have one.</summary>
    private InflateStatus ReadCodeLengths(int literalCount, int count, out bool ends)
    {
        unchecked
        {
            ends = false;
            var table = _lengthCodes.Entries;
            var mask = _lengthCodes.Mask;
            var bits = _bits;
            var bitCount = _bitCount;
            var input = _input;
            var source = input.Buffer.AsSpan(0, input.End);
            var position = input.Position;
            var lengths = _literalLengths;
            lengths.Clear();
            _distanceLengths.Clear();
            var first = 0;
            var end = literalCount;
            var filled = 0;
            var previous = -1;
            while (filled < count)
            {
                // A code of at most 7 bits with at most 7 more; near the end of the input there may be fewer, which shows below.
                if (bitCount < 14)
                {
                    if (position <= source.Length - 8)
                    {
                        bits = (bits & ((1UL << bitCount) - 1)) | (BinaryPrimitives.ReadUInt64LittleEndian(source[position..]) << bitCount);
                        var step = (63 - bitCount) >> 3;
                        position += step;
                        bitCount += step << 3;
                        bits &= (1UL << bitCount) - 1;
                    }
                    else
                    {
                        (input.Position, _bits, _bitCount) = (position, bits, bitCount);
                        Need(14);
                        (position, bits, bitCount) = (input.Position, _bits, _bitCount);
                        source = input.Buffer.AsSpan(0, input.End);
                    }
                }

                var entry = table[(int)(bits & mask)];
                var dropped = (int)(entry & 0xFF);
                if (dropped > bitCount)
                {
                    (input.Position, _bits, _bitCount) = (position, bits, bitCount);
                    return InflateStatus.Truncated;
                }

                var symbol = (int)(entry >> 16) & 0x1F;
                var repeat = 1;
                if (symbol >= 16)
                {
                    repeat = (int)((bits & ((1UL << dropped) - 1)) >> (int)((entry >> 11) & 15)) + (symbol == 18 ? 11 : 3);
                    if (repeat > count - filled || (symbol == 16 && previous < 0))
                    {
                        return InflateStatus.Malformed;
                    }

                    symbol = symbol == 16 ? previous : 0;
                }

                bits >>= dropped;
                bitCount -= dropped;
                previous = symbol;
                if (symbol == 0)
                {
                    filled += repeat;
                    continue;
                }

                do
                {
                    // A repetition may go on from the one code into the other.
                    if (filled >= end)
                    {
                        lengths = _distanceLengths;
                        first = literalCount;
                        end = count;
                    }

                    lengths.Add(filled - first, symbol);
                    ends |= filled == EndOfBlockSymbol;
                    filled++;
                }
                while (--repeat != 0);
            }

            (input.Position, _bits, _bitCount) = (position, bits, bitCount);
            return InflateStatus.Done;
        }
    }

    // As Need, but takes whatever fits when it is at hand.
    private bool NeedMany(int count)
    {
        unchecked
        {
            var input = _input;
            var position = input.Position;
            if (position > input.End - 8)
            {
                return Need(count);
            }

            var step = (63 - _bitCount) >> 3;
            _bits |= BinaryPrimitives.ReadUInt64LittleEndian(input.Buffer.AsSpan(position, 8)) << _bitCount;
            input.Position = position + step;
            _bitCount += step << 3;
            _bits &= (1UL << _bitCount) - 1;
            return true;
        }
    }

    internal static uint[] MakeLiteralWords()
    {
        var words = new uint[288];
        for (var symbol = 0; symbol < 256; symbol++)
        {
            words[symbol] = HuffmanTable.Literal | ((uint)symbol << 16);
        }

        words[256] = HuffmanTable.Exceptional | HuffmanTable.EndOfBlock;
        var length = 3;
        for (var symbol = 257; symbol < 285; symbol++)
        {
            var extra = symbol < 265 ? 0 : (symbol - 261) >> 2;
            words[symbol] = ((uint)length << 16) | (uint)extra;
            length += 1 << extra;
        }

        words[285] = LongestMatch << 16;
        words[286] = words[287] = HuffmanTable.Invalid;
        return words;
    }

    internal static uint[] MakeDistanceWords()
    {
        var words = new uint[32];
        var distance = 1;
        for (var symbol = 0; symbol < 30; symbol++)
        {
            var extra = symbol < 4 ? 0 : (symbol - 2) >> 1;
            words[symbol] = ((uint)distance << 16) | (uint)extra;
            distance += 1 << extra;
        }

        words[30] = words[31] = HuffmanTable.Invalid;
        return words;
    }

    private static uint[] MakeLengthCodeWords()
    {
        var words = new uint[19];
        for (var symbol = 0; symbol < words.Length; symbol++)
        {
            var extra = symbol switch { 16 => 2, 17 => 3, 18 => 7, _ => 0 };
            words[symbol] = ((uint)symbol << 16) | (uint)extra;
        }

        return words;
    }

    /// <summary>Where inflated bytes go: a buffer of the whole length, or a window that is flushed to a sink.</summary>
    private ref struct Output
    {
        public readonly Span<byte> Buffer;
        public readonly int Limit;
        public int Written;
        public uint Checksum = Adler32.Start;
        public long Total;
        private readonly IInflateSink? _sink;
        private readonly long _expected;
        private int _flushed;

        public Output(Span<byte> buffer, int limit, IInflateSink? sink = null, long expected = 0)
        {
            Buffer = buffer;
            Limit = limit;
            _sink = sink;
            _expected = expected;
        }

        /// <summary>Hands what is new to the sink and makes room; <see langword="false"/> when there is no sink or more came than was expected.</summary>
        public bool Flush(bool keepWindow)
        {
            if (_sink is null)
            {
                return false;
            }

            var fresh = Buffer[_flushed..Written];
            Total += fresh.Length;
            if (Total > _expected)
            {
                return false;
            }

            Checksum = Adler32.Append(Checksum, fresh);
            _sink.Write(fresh);
            _flushed = Written;
            if (keepWindow && Written > WindowLength)
            {
                Buffer[(Written - WindowLength)..Written].CopyTo(Buffer);
                Written = _flushed = WindowLength;
            }

            return true;
        }
    }
}
