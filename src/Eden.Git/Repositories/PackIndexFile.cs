using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Eden.Git.Objects;
using Eden.Git.Packs;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Repositories;

/// <summary>A pack's index (version 1 or 2) in compact arrays. An entry is known by its rank: its place in the order of pack offsets.</summary>
/// <remarks>Immutable after reading, so any number of threads may ask. About 40 bytes an entry. A pack may hold an object more than once, as git
/// tolerates it: the first copy is the one that is found.</remarks>
internal sealed class PackIndexFile
{
    private const uint Signature = 0xFF744F63;
    private const int FanOut = 256;

    private readonly int _hashLength;
    private readonly byte[] _names;
    private readonly uint[]? _checksums;
    private readonly long[] _offsets;
    private readonly int[] _positionOfRank;
    private readonly int[] _rankOfPosition;
    private readonly int[] _buckets;
    private readonly int _bucketShift;

    private PackIndexFile(
        int hashLength, byte[] names, bool hasDuplicates, uint[]? checksums, long[] offsetsByPosition, long packEnd, ObjectHash packChecksum)
    {
        var count = offsetsByPosition.Length;
        _hashLength = hashLength;
        _names = names;
        HasDuplicates = hasDuplicates;
        _checksums = checksums;
        PackChecksum = packChecksum;
        _positionOfRank = OffsetOrder.Of(offsetsByPosition);
        _rankOfPosition = new int[count];
        _offsets = new long[count + 1];
        for (var rank = 0; rank < count; rank++)
        {
            _rankOfPosition[_positionOfRank[rank]] = rank;
            _offsets[rank] = offsetsByPosition[_positionOfRank[rank]];
        }

        _offsets[count] = packEnd;

        // A few names a bucket, so that a look-up touches one cache line of names.
        var bits = Math.Clamp(BitOperations.Log2((uint)count | 1), 8, 24);
        _bucketShift = 32 - bits;
        _buckets = new int[(1 << bits) + 1];
        for (var position = 0; position < count; position++)
        {
            _buckets[(Prefix(position) >> _bucketShift) + 1] = position + 1;
        }

        for (var bucket = 1; bucket < _buckets.Length; bucket++)
        {
            _buckets[bucket] = Math.Max(_buckets[bucket], _buckets[bucket - 1]);
        }
    }

    /// <summary>Gets the number of entries.</summary>
    public int Count => _positionOfRank.Length;

    /// <summary>Gets a value indicating whether an object has more than one entry.</summary>
    public bool HasDuplicates { get; }

    /// <summary>Gets what the index says is the checksum at the end of its pack.</summary>
    public ObjectHash PackChecksum { get; }

    /// <summary>Gets a value indicating whether the index holds a CRC-32 of every entry; version 1 does not.</summary>
    public bool HasEntryChecksums => _checksums is not null;

    public long Offset(int rank) => _offsets[rank];

    /// <summary>Returns the length of an entry: header and compressed bytes.</summary>
    public long EntryLength(int rank) => _offsets[rank + 1] - _offsets[rank];

    public uint EntryChecksum(int rank) => _checksums is null ? 0 : _checksums[_positionOfRank[rank]];

    public ReadOnlySpan<byte> Name(int rank) => _names.AsSpan(_positionOfRank[rank] * _hashLength, _hashLength);

    /// <summary>Returns the rank of the object with that raw id, of its first entry when it has several; -1 when it is not there.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        var first = BinaryPrimitives.ReadUInt64BigEndian(name);
        var bucket = (int)((first >> 32) >> _bucketShift);
        var low = _buckets[bucket];
        var high = _buckets[bucket + 1] - 1;
        while (low <= high)
        {
            var middle = (int)(((uint)low + (uint)high) >> 1);
            var other = _names.AsSpan(middle * _hashLength, _hashLength);
            var otherFirst = BinaryPrimitives.ReadUInt64BigEndian(other);
            var isBefore = first < otherFirst;
            if (first == otherFirst)
            {
                var order = name[8..].SequenceCompareTo(other[8..]);
                if (order == 0)
                {
                    return HasDuplicates ? FirstRank(middle) : _rankOfPosition[middle];
                }

                isBefore = order < 0;
            }

            if (isBefore)
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }

        return -1;
    }

    /// <summary>Returns the rank of the entry at exactly that pack offset before another entry, or -1. Delta bases are mostly close by.</summary>
    public int FindOffset(long offset, int beforeRank)
    {
        var step = 1;
        while (step <= beforeRank && _offsets[beforeRank - step] > offset)
        {
            step <<= 1;
        }

        var low = Math.Max(0, beforeRank - step);
        var rank = Array.BinarySearch(_offsets, low, beforeRank - low, offset);
        return rank < 0 ? -1 : rank;
    }

    /// <summary>Reads and checks an index.</summary>
    /// <param name="file">The open index.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="format">The repository's object format.</param>
    /// <param name="packLength">The length of the pack that the index belongs to.</param>
    /// <exception cref="GitException">The index is damaged, too large or of an unknown version.</exception>
    public static PackIndexFile Read(SafeFileHandle file, string path, GitObjectFormat format, long packLength)
    {
        using var hash = format.CreateHash();
        var reader = new Sections(file, path, hash);
        var start = new uint[2];
        reader.Read(start);
        var isFirst = start[0] != Signature;
        if (!isFirst && start[1] != 2)
        {
            throw reader.Fault($"has version {start[1]}, which is not supported");
        }

        var fanOut = new uint[FanOut];
        if (isFirst)
        {
            start.CopyTo(fanOut, 0);
            reader.Read(fanOut.AsSpan(2));
        }
        else
        {
            reader.Read(fanOut);
        }

        var count = CheckFanOut(fanOut, reader);
        var hashLength = format.HashLength();
        var least = (long)count * (hashLength + (isFirst ? 4 : 8));
        if ((long)count * hashLength > Array.MaxLength || least + (2L * hashLength) > reader.Left)
        {
            throw reader.Fault($"is too short for its {count} objects, or has more than can be held in memory");
        }

        var names = new byte[count * hashLength];
        var offsets = new long[count];
        uint[]? checksums = null;
        if (isFirst)
        {
            ReadFirstVersion(reader, names, offsets, hashLength);
        }
        else
        {
            reader.Read(names.AsSpan());
            reader.Read(checksums = new uint[count]);
            ReadOffsets(reader, offsets, hashLength);
        }

        var trailer = new byte[hashLength];
        reader.Read(trailer.AsSpan());
        var expected = hash.Finish();
        var actual = new byte[hashLength];
        reader.Read(actual.AsSpan());
        if (reader.Left != 0 || ObjectHash.FromBytes(actual) != expected)
        {
            throw reader.Fault("does not match its own checksum");
        }

        var hasDuplicates = CheckNames(names, fanOut, hashLength, reader);
        var index = new PackIndexFile(hashLength, names, hasDuplicates, checksums, offsets, packLength - hashLength, ObjectHash.FromBytes(trailer));
        index.CheckOffsets(reader);
        return index;
    }

    private static int CheckFanOut(uint[] fanOut, Sections reader)
    {
        for (var bucket = 1; bucket < FanOut; bucket++)
        {
            if (fanOut[bucket] < fanOut[bucket - 1])
            {
                throw reader.Fault("has a fan-out table that runs backwards");
            }
        }

        return fanOut[^1] <= int.MaxValue ? (int)fanOut[^1] : throw reader.Fault("has more objects than can be held in memory");
    }

    private static void ReadFirstVersion(Sections reader, byte[] names, long[] offsets, int hashLength)
    {
        var entry = new byte[hashLength + 4];
        for (var position = 0; position < offsets.Length; position++)
        {
            reader.Read(entry.AsSpan());
            offsets[position] = BinaryPrimitives.ReadUInt32BigEndian(entry);
            entry.AsSpan(4).CopyTo(names.AsSpan(position * hashLength));
        }
    }

    private static void ReadOffsets(Sections reader, long[] offsets, int hashLength)
    {
        var small = new uint[offsets.Length];
        reader.Read(small);
        var left = reader.Left - (2L * hashLength);
        if (left % 8 != 0 || left / 8 > offsets.Length)
        {
            throw reader.Fault("has a table of large offsets of an impossible length");
        }

        var large = new uint[left / 4];
        reader.Read(large);
        for (var position = 0; position < small.Length; position++)
        {
            var value = small[position];
            if (value >> 31 == 0)
            {
                offsets[position] = value;
                continue;
            }

            var row = (value & 0x7FFF_FFFF) * 2L;
            offsets[position] = row < large.Length && large[row] >> 31 == 0
                ? ((long)large[row] << 32) | large[row + 1]
                : throw reader.Fault("names a large offset that it does not have");
        }
    }

    /// <summary>Checks the order, and returns whether a name is there more than once.</summary>
    private static bool CheckNames(byte[] names, uint[] fanOut, int hashLength, Sections reader)
    {
        var hasDuplicates = false;
        var bucket = 0;
        var position = 0u;
        var previous = 0UL;
        for (var at = 0; at < names.Length; at += hashLength, position++)
        {
            while (bucket < FanOut && fanOut[bucket] <= position)
            {
                bucket++;
            }

            // The first words nearly always differ, and then they decide.
            var first = BinaryPrimitives.ReadUInt64BigEndian(names.AsSpan(at));
            var order = at > 0 && first <= previous
                ? names.AsSpan(at - hashLength, hashLength).SequenceCompareTo(names.AsSpan(at, hashLength))
                : -1;
            if ((int)(first >> 56) != bucket || order > 0)
            {
                throw reader.Fault("does not list its objects in order");
            }

            hasDuplicates |= order == 0;
            previous = first;
        }

        return hasDuplicates;
    }

    // The first in the pack: an offset delta's base lies before it, so a chain that goes from copy to first copy never comes back.
    private int FirstRank(int position)
    {
        var name = _names.AsSpan(position * _hashLength, _hashLength);
        var from = position;
        while (from > 0 && _names.AsSpan((from - 1) * _hashLength, _hashLength).SequenceEqual(name))
        {
            from--;
        }

        var first = _rankOfPosition[from];
        for (var next = from + 1; next < Count && _names.AsSpan(next * _hashLength, _hashLength).SequenceEqual(name); next++)
        {
            first = Math.Min(first, _rankOfPosition[next]);
        }

        return first;
    }

    private void CheckOffsets(Sections reader)
    {
        var previous = (long)PackHeader.Length - 1;
        foreach (var offset in _offsets)
        {
            if (offset <= previous)
            {
                throw reader.Fault("has offsets outside its pack, or two objects at one offset");
            }

            previous = offset;
        }
    }

    private uint Prefix(int position) => BinaryPrimitives.ReadUInt32BigEndian(_names.AsSpan(position * _hashLength));

    /// <summary>Reads a file section by section and hashes what it reads.</summary>
    private sealed class Sections(SafeFileHandle file, string path, IncrementalHash hash)
    {
        private readonly long _length = RandomAccess.GetLength(file);
        private readonly byte[] _buffer = new byte[1 << 16];
        private int _start;
        private int _end;
        private long _consumed;

        public long Left => _length - _consumed;

        public GitDamagedException Fault(string fault) => new GitDamagedException($"The pack index \"{path}\" {fault}.");

        public void Read(Span<uint> words)
        {
            Read(MemoryMarshal.AsBytes(words));
            if (BitConverter.IsLittleEndian)
            {
                BinaryPrimitives.ReverseEndianness(words, words);
            }
        }

        public void Read(Span<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                if (_start == _end)
                {
                    _start = 0;
                    _end = RandomAccess.Read(file, _buffer, _consumed);
                    if (_end == 0)
                    {
                        throw Fault("ends too early");
                    }
                }

                var step = Math.Min(bytes.Length, _end - _start);
                _buffer.AsSpan(_start, step).CopyTo(bytes);
                hash.AppendData(_buffer, _start, step);
                bytes = bytes[step..];
                _start += step;
                _consumed += step;
            }
        }
    }
}
