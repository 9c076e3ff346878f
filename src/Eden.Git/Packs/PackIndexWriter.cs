using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>Writes a pack index of version 2: ids, CRC-32 of each entry, offsets of 31 bits or of 64.</summary>
internal static class PackIndexWriter
{
    /// <summary>Offsets from here on go into the table of 64-bit offsets.</summary>
    public const long FirstLargeOffset = 1L << 31;

    private const int Step = 1 << 18;

    /// <summary>Writes the index of a resolved pack that is a file of its own.</summary>
    public static void Write(string packPath, string indexPath, PackResolver resolver, ObjectHash packChecksum, CancellationToken cancellationToken)
    {
        var entries = resolver.Entries;
        var ids = new ObjectHash[entries.Count];
        var order = new int[entries.Count];
        for (var entry = 0; entry < order.Length; entry++)
        {
            order[entry] = entry;
            ids[entry] = resolver.Table.Id(resolver.Nodes[entry]);
        }

        uint[] checksums;
        using (var handle = File.OpenHandle(packPath, options: FileOptions.SequentialScan))
        {
            checksums = Checksums(new PackFile(handle, 0, RandomAccess.GetLength(handle), resolver.Format.HashLength()), entries, cancellationToken);
        }

        Array.Sort(ids, order);
        cancellationToken.ThrowIfCancellationRequested();
        using var file = new FileStream(indexPath, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1);
        Write(file, resolver.Format, ids, index => (entries.Offset(order[index]), checksums[order[index]]), packChecksum);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Writes an index of ids that are in order.</summary>
    public static void Write(
        Stream destination, GitObjectFormat format, ReadOnlySpan<ObjectHash> ids, Func<int, (long Offset, uint Checksum)> place, ObjectHash packChecksum)
    {
        using var hash = format.CreateHash();
        var writer = new HashedWriter(destination, hash);
        writer.Word(0xFF744F63);
        writer.Word(2);
        var counted = 0;
        for (var first = 0; first < 256; first++)
        {
            while (counted < ids.Length && ids[counted].FirstByte <= first)
            {
                counted++;
            }

            writer.Word((uint)counted);
        }

        foreach (var id in ids)
        {
            writer.Id(id, format);
        }

        for (var index = 0; index < ids.Length; index++)
        {
            writer.Word(place(index).Checksum);
        }

        var large = new List<long>();
        for (var index = 0; index < ids.Length; index++)
        {
            var offset = place(index).Offset;
            if (offset < FirstLargeOffset)
            {
                writer.Word((uint)offset);
            }
            else
            {
                writer.Word(0x8000_0000 | (uint)large.Count);
                large.Add(offset);
            }
        }

        foreach (var offset in large)
        {
            writer.Word((uint)(offset >> 32));
            writer.Word((uint)(offset & uint.MaxValue));
        }

        writer.Id(packChecksum, format);
        writer.Flush();
        Span<byte> checksum = stackalloc byte[32];
        destination.Write(checksum[..hash.GetHashAndReset(checksum)]);
    }

    private static uint[] Checksums(PackFile pack, PackEntries entries, CancellationToken cancellationToken)
    {
        var checksums = new uint[entries.Count];
        var buffer = new byte[Step];
        var crc = new Crc32();
        var start = 0L;
        var length = 0;
        for (var entry = 0; entry < checksums.Length; entry++)
        {
            var offset = entries.Offset(entry);
            var end = entries.End(entry, pack.EntriesEnd);
            while (offset < end)
            {
                if (offset - start >= length || (end - start > length && end - offset <= buffer.Length))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    start = offset;
                    length = pack.Read(start, buffer);
                    if (length == 0)
                    {
                        throw new EndOfStreamException("The pack was cut off while it was in use.");
                    }
                }

                var from = (int)(offset - start);
                var step = (int)Math.Min(end - offset, length - from);
                if (step == end - entries.Offset(entry))
                {
                    checksums[entry] = Crc32.HashToUInt32(buffer.AsSpan(from, step));
                    offset = end;
                    break;
                }

                crc.Append(buffer.AsSpan(from, step));
                offset += step;
                if (offset == end)
                {
                    checksums[entry] = crc.GetCurrentHashAsUInt32();
                    crc.Reset();
                }
            }
        }

        return checksums;
    }

    private sealed class HashedWriter(Stream destination, IncrementalHash hash)
    {
        private readonly byte[] _buffer = new byte[1 << 16];
        private int _used;

        public void Word(uint value)
        {
            BinaryPrimitives.WriteUInt32BigEndian(Place(sizeof(uint)), value);
        }

        public void Id(ObjectHash id, GitObjectFormat format) => id.CopyTo(Place(format.HashLength()));

        public void Flush()
        {
            hash.AppendData(_buffer.AsSpan(0, _used));
            destination.Write(_buffer.AsSpan(0, _used));
            _used = 0;
        }

        private Span<byte> Place(int length)
        {
            if (_buffer.Length - _used < length)
            {
                Flush();
            }

            _used += length;
            return _buffer.AsSpan(_used - length, length);
        }
    }
}
