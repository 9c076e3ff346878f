using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Eden.Checkpoint.Git.Pack;

// The two hot loops: one that writes, one that only counts. They differ in nothing else.
internal sealed partial class Inflater
{
    // After a refill the bit buffer holds at least 56 bits: a length and a distance with all their extra bits need 48.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private InflateStatus WriteBlock(HuffmanTable literalTable, HuffmanTable distanceTable, ref Output output)
    {
        unchecked
        {
            var literals = literalTable.Entries;
            var literalMask = literalTable.Mask;
            var distances = distanceTable.Entries;
            var distanceMask = distanceTable.Mask;
            var input = _input;
            ReadOnlySpan<byte> source = input.Buffer.AsSpan(0, input.End);
            var position = input.Position;
            var bits = _bits;
            var bitCount = _bitCount;
            var buffer = output.Buffer;
            var limit = output.Limit;
            var written = output.Written;
            InflateStatus status;

            while (true)
            {
                if (position <= source.Length - 8)
                {
                    bits |= BinaryPrimitives.ReadUInt64LittleEndian(source[position..]) << bitCount;
                    position += (63 - bitCount) >> 3;
                    bitCount |= 56;
                }
                else
                {
                    RefillSlowly(ref source, ref position, ref bits, ref bitCount);
                }

                var entry = literals[(int)((uint)bits & literalMask)];
                if ((int)entry < 0 && written < limit - 3)
                {
                    bits >>= (int)entry;
                    bitCount -= (byte)entry;
                    buffer[written++] = (byte)(entry >> 16);
                    entry = literals[(int)((uint)bits & literalMask)];
                    if ((int)entry < 0)
                    {
                        bits >>= (int)entry;
                        bitCount -= (byte)entry;
                        buffer[written++] = (byte)(entry >> 16);
                        entry = literals[(int)((uint)bits & literalMask)];
                        if ((int)entry < 0)
                        {
                            bits >>= (int)entry;
                            bitCount -= (byte)entry;
                            buffer[written++] = (byte)(entry >> 16);
                        }
                    }

                    if (bitCount < 0)
                    {
                        status = InflateStatus.Truncated;
                        break;
                    }

                    continue;
                }

                if ((entry & HuffmanTable.Exceptional) != 0)
                {
                    if ((entry & HuffmanTable.Subtable) != 0)
                    {
                        bits >>= (int)entry;
                        bitCount -= (byte)entry;
                        entry = literals[(int)((entry >> 16) + ((uint)bits & ((1u << (int)((entry >> 8) & 15)) - 1)))];
                    }

                    if ((entry & HuffmanTable.Exceptional) != 0)
                    {
                        bits >>= (int)entry;
                        bitCount -= (byte)entry;
                        status = bitCount < 0 ? InflateStatus.Truncated
                            : (entry & HuffmanTable.EndOfBlock) != 0 ? InflateStatus.Done : InflateStatus.Malformed;
                        break;
                    }
                }

                if ((int)entry < 0)
                {
                    bits >>= (int)entry;
                    bitCount -= (byte)entry;
                    if (bitCount < 0)
                    {
                        status = InflateStatus.Truncated;
                        break;
                    }

                    if (written >= limit)
                    {
                        output.Written = written;
                        if (!output.Flush(keepWindow: true))
                        {
                            status = InflateStatus.TooLong;
                            break;
                        }

                        written = output.Written;
                    }

                    buffer[written++] = (byte)(entry >> 16);
                    continue;
                }

                var length = (int)(entry >> 16) + (int)(((uint)bits & ((1u << (byte)entry) - 1)) >> (int)((entry >> 8) & 15));
                bits >>= (int)entry;
                bitCount -= (byte)entry;
                entry = distances[(int)((uint)bits & distanceMask)];
                if ((entry & HuffmanTable.Exceptional) != 0)
                {
                    if ((entry & HuffmanTable.Subtable) != 0)
                    {
                        bits >>= (int)entry;
                        bitCount -= (byte)entry;
                        entry = distances[(int)((entry >> 16) + ((uint)bits & ((1u << (int)((entry >> 8) & 15)) - 1)))];
                    }

                    if ((entry & HuffmanTable.Exceptional) != 0)
                    {
                        status = bitCount < (byte)entry ? InflateStatus.Truncated : InflateStatus.Malformed;
                        break;
                    }
                }

                var distance = (int)(entry >> 16) + (int)(((uint)bits & ((1u << (byte)entry) - 1)) >> (int)((entry >> 8) & 15));
                bits >>= (int)entry;
                bitCount -= (byte)entry;
                if (bitCount < 0)
                {
                    status = InflateStatus.Truncated;
                    break;
                }

                if (length > limit - written)
                {
                    output.Written = written;
                    if (!output.Flush(keepWindow: true))
                    {
                        status = distance > written ? InflateStatus.Malformed : InflateStatus.TooLong;
                        break;
                    }

                    written = output.Written;
                }

                if (distance > written)
                {
                    status = InflateStatus.Malformed;
                    break;
                }

                CopyMatch(buffer, written, distance, length);
                written += length;
            }

            output.Written = written;
            input.Position = position;
            _bits = bits;
            _bitCount = bitCount;
            return status;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private InflateStatus CountBlock(HuffmanTable literalTable, HuffmanTable distanceTable, ref long total, long limit)
    {
        unchecked
        {
            var literals = literalTable.Entries;
            var literalMask = literalTable.Mask;
            var distances = distanceTable.Entries;
            var distanceMask = distanceTable.Mask;
            var input = _input;
            ReadOnlySpan<byte> source = input.Buffer.AsSpan(0, input.End);
            var position = input.Position;
            var bits = _bits;
            var bitCount = _bitCount;
            var written = total;
            InflateStatus status;

            while (true)
            {
                if (position <= source.Length - 8)
                {
                    bits |= BinaryPrimitives.ReadUInt64LittleEndian(source[position..]) << bitCount;
                    position += (63 - bitCount) >> 3;
                    bitCount |= 56;
                }
                else
                {
                    RefillSlowly(ref source, ref position, ref bits, ref bitCount);
                }

                var entry = literals[(int)((uint)bits & literalMask)];
                if ((int)entry < 0)
                {
                    bits >>= (int)entry;
                    bitCount -= (byte)entry;
                    written++;
                    entry = literals[(int)((uint)bits & literalMask)];
                    if ((int)entry < 0)
                    {
                        bits >>= (int)entry;
                        bitCount -= (byte)entry;
                        written++;
                        entry = literals[(int)((uint)bits & literalMask)];
                        if ((int)entry < 0)
                        {
                            bits >>= (int)entry;
                            bitCount -= (byte)entry;
                            written++;
                        }
                    }

                    if (bitCount < 0)
                    {
                        status = InflateStatus.Truncated;
                        break;
                    }

                    if (written > limit)
                    {
                        status = InflateStatus.TooLong;
                        break;
                    }

                    continue;
                }

                if ((entry & HuffmanTable.Exceptional) != 0)
                {
                    if ((entry & HuffmanTable.Subtable) != 0)
                    {
                        bits >>= (int)entry;
                        bitCount -= (byte)entry;
                        entry = literals[(int)((entry >> 16) + ((uint)bits & ((1u << (int)((entry >> 8) & 15)) - 1)))];
                        if ((int)entry < 0)
                        {
                            bits >>= (int)entry;
                            bitCount -= (byte)entry;
                            if (bitCount < 0 || ++written > limit)
                            {
                                status = bitCount < 0 ? InflateStatus.Truncated : InflateStatus.TooLong;
                                break;
                            }

                            continue;
                        }
                    }

                    if ((entry & HuffmanTable.Exceptional) != 0)
                    {
                        bits >>= (int)entry;
                        bitCount -= (byte)entry;
                        status = bitCount < 0 ? InflateStatus.Truncated
                            : (entry & HuffmanTable.EndOfBlock) != 0 ? InflateStatus.Done : InflateStatus.Malformed;
                        break;
                    }
                }

                var length = (int)(entry >> 16) + (int)(((uint)bits & ((1u << (byte)entry) - 1)) >> (int)((entry >> 8) & 15));
                bits >>= (int)entry;
                bitCount -= (byte)entry;
                entry = distances[(int)((uint)bits & distanceMask)];
                if ((entry & HuffmanTable.Exceptional) != 0)
                {
                    if ((entry & HuffmanTable.Subtable) != 0)
                    {
                        bits >>= (int)entry;
                        bitCount -= (byte)entry;
                        entry = distances[(int)((entry >> 16) + ((uint)bits & ((1u << (int)((entry >> 8) & 15)) - 1)))];
                    }

                    if ((entry & HuffmanTable.Exceptional) != 0)
                    {
                        status = bitCount < (byte)entry ? InflateStatus.Truncated : InflateStatus.Malformed;
                        break;
                    }
                }

                var distance = (int)(entry >> 16) + (int)(((uint)bits & ((1u << (byte)entry) - 1)) >> (int)((entry >> 8) & 15));
                bits >>= (int)entry;
                bitCount -= (byte)entry;
                if (bitCount < 0)
                {
                    status = InflateStatus.Truncated;
                    break;
                }

                if (distance > written)
                {
                    status = InflateStatus.Malformed;
                    break;
                }

                written += length;
                if (written > limit)
                {
                    status = InflateStatus.TooLong;
                    break;
                }
            }

            total = written;
            input.Position = position;
            _bits = bits;
            _bitCount = bitCount;
            return status;
        }
    }

    // Near the end of the window: byte by byte, until there are enough bits or no more bytes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RefillSlowly(ref ReadOnlySpan<byte> source, ref int position, ref ulong bits, ref int bitCount)
    {
        unchecked
        {
            // The quick path leaves whole bytes above the count that it will read again; here they would be counted twice.
            bits &= (1UL << bitCount) - 1;
            while (bitCount < 56)
            {
                if (position >= source.Length)
                {
                    _input.Position = position;
                    var more = _input.Refill();
                    source = _input.Buffer.AsSpan(0, _input.End);
                    position = _input.Position;
                    if (!more)
                    {
                        return;
                    }
                }

                bits |= (ulong)source[position++] << bitCount;
                bitCount += 8;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyMatch(Span<byte> buffer, int written, int distance, int length)
    {
        unchecked
        {
            var from = written - distance;
            if (distance >= 8 && buffer.Length - written >= length + 8)
            {
                var end = written + length;
                do
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(buffer[written..], BinaryPrimitives.ReadUInt64LittleEndian(buffer[from..]));
                    written += 8;
                    from += 8;
                }
                while (written < end);
            }
            else if (distance == 1)
            {
                buffer.Slice(written, length).Fill(buffer[from]);
            }
            else
            {
                for (var index = 0; index < length; index++)
                {
                    buffer[written + index] = buffer[from + index];
                }
            }
        }
    }
}
