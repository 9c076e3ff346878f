using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Eden.Git.Inflation;

// The two hot loops: one that writes, one that only counts.
internal sealed partial class Inflater
{
    // After a refill the bit buffer holds at least 56 bits: a length and a distance with all their extra bits need 48.
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
                    // Through fields: locals whose address is taken would never be in registers.
                    (input.Position, _bits, _bitCount) = (position, bits, bitCount);
                    RefillSlowly();
                    (position, bits, bitCount) = (input.Position, _bits, _bitCount);
                    source = input.Buffer.AsSpan(0, input.End);
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
                        entry = literals[(int)((entry >> 16) + ((uint)bits & ((1u << (int)((entry >> 11) & 15)) - 1)))];
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

                var length = (int)(entry >> 16) + (int)(((uint)bits & ((1u << (byte)entry) - 1)) >> (int)((entry >> 11) & 15));
                bits >>= (int)entry;
                bitCount -= (byte)entry;
                entry = distances[(int)((uint)bits & distanceMask)];
                if ((entry & HuffmanTable.Exceptional) != 0)
                {
                    if ((entry & HuffmanTable.Subtable) != 0)
                    {
                        bits >>= (int)entry;
                        bitCount -= (byte)entry;
                        entry = distances[(int)((entry >> 16) + ((uint)bits & ((1u << (int)((entry >> 11) & 15)) - 1)))];
                    }

                    if ((entry & HuffmanTable.Exceptional) != 0)
                    {
                        status = bitCount < (byte)entry ? InflateStatus.Truncated : InflateStatus.Malformed;
                        break;
                    }
                }

                var distance = (int)(entry >> 16) + (int)(((uint)bits & ((1u << (byte)entry) - 1)) >> (int)((entry >> 11) & 15));
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

    // Counting needs no bytes, so literals, lengths and distances are all one thing: a word of the table, which says what to add and in which half
    // the next symbol is looked up. Without a branch between them nothing is mispredicted; what is wrong adds up in signs, looked at once a turn.
    private InflateStatus CountBlock(CountingCodes codes, ref long total, long limit)
    {
        unchecked
        {
            var table = codes.Entries;
            var input = _input;
            ReadOnlySpan<byte> source = input.Buffer.AsSpan(0, input.End);
            var position = input.Position;
            var bits = _bits;
            var bitCount = _bitCount;
            var written = total;
            var before = total;
            var reach = 0L;
            var half = 0u;
            uint entry;

            while (true)
            {
                // Two symbols a turn: a length and a distance with all their extra bits need 48.
                for (var last = source.Length - 8; position <= last;)
                {
                    bits |= BinaryPrimitives.ReadUInt64LittleEndian(source[position..]) << bitCount;
                    position += (63 - bitCount) >> 3;
                    bitCount |= 56;
                    if (!TryCount(table, ref bits, ref bitCount, ref half, ref written, ref before, ref reach, out entry)
                        || !TryCount(table, ref bits, ref bitCount, ref half, ref written, ref before, ref reach, out entry))
                    {
                        goto Ended;
                    }

                    if ((reach | (limit - written)) < 0)
                    {
                        goto Wrong;
                    }
                }

                // Through fields: locals whose address is taken would never be in registers.
                (input.Position, _bits, _bitCount) = (position, bits, bitCount);
                RefillSlowly();
                (position, bits, bitCount) = (input.Position, _bits, _bitCount);
                source = input.Buffer.AsSpan(0, input.End);
                if (!TryCount(table, ref bits, ref bitCount, ref half, ref written, ref before, ref reach, out entry)
                    || !TryCount(table, ref bits, ref bitCount, ref half, ref written, ref before, ref reach, out entry))
                {
                    goto Ended;
                }

                if ((reach | (long)bitCount | (limit - written)) < 0)
                {
                    goto Wrong;
                }
            }

        Wrong:
            entry = 0;

        Ended:
            // Which fault of one turn comes first in the stream is not known.
            bits >>= (int)entry;
            bitCount -= (byte)entry;
            var status = bitCount < 0 ? InflateStatus.Truncated
                : reach < 0 ? InflateStatus.Malformed
                : written > limit ? InflateStatus.TooLong
                : (entry & HuffmanTable.EndOfBlock) != 0 ? InflateStatus.Done : InflateStatus.Malformed;
            total = written;
            input.Position = position;
            _bits = bits;
            _bitCount = bitCount;
            return status;
        }
    }

    // One symbol: a word of the table's first half adds to what is written, one of its second half must not reach back beyond that.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryCount(uint[] table, ref ulong bits, ref int bitCount, ref uint half, ref long written, ref long before, ref long reach, out uint entry)
    {
        unchecked
        {
            entry = table[(int)(((uint)bits & CountingCodes.Mask) | half)];
            if ((entry & HuffmanTable.Exceptional) != 0)
            {
                if ((entry & HuffmanTable.Subtable) != 0)
                {
                    bits >>= (int)entry;
                    bitCount -= (byte)entry;
                    entry = table[(int)((entry >> 16) + LowBits((uint)bits, (entry >> 11) & 15))];
                }

                if ((entry & HuffmanTable.Exceptional) != 0)
                {
                    return false;
                }
            }

            var value = (long)((entry >> 16) + (LowBits((uint)bits, entry) >> (int)(entry >> 11)));
            var adds = (long)(half >> CountingCodes.RootBits) - 1;
            bits >>= (int)entry;
            bitCount -= (byte)entry;
            half = entry & CountingCodes.Distances;

            // A distance counts from where its length began, which was the symbol before.
            reach |= before - (value & ~adds);
            before = written;
            written += value & adds;
            return true;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint LowBits(uint value, uint count) => Bmi2.IsSupported ? Bmi2.ZeroHighBits(value, count) : value & ((1u << (int)count) - 1);

    // Near the end of the window: byte by byte, until there are enough bits or no more bytes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RefillSlowly()
    {
        unchecked
        {
            // The quick path leaves whole bytes above the count that it will read again; here they would be counted twice.
            _bits &= (1UL << _bitCount) - 1;
            while (_bitCount < 56)
            {
                if (_input.Position >= _input.End && !_input.Refill())
                {
                    return;
                }

                _bits |= (ulong)_input.Buffer[_input.Position++] << _bitCount;
                _bitCount += 8;
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
