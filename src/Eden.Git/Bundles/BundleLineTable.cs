using System.Buffers.Binary;
using System.Numerics;
using Eden.Git.Objects;

namespace Eden.Git.Bundles;

/// <summary>The refs or the prerequisites of a bundle header: object id and text of each line, packed into an arena.</summary>
/// <remarks>A bundle may list millions of refs. A line costs its text, its raw id and ten bytes; strings are made only when asked for.
/// Reading is thread-safe once adding has ended.</remarks>
internal sealed class BundleLineTable(GitObjectFormat format)
{
    /// <summary>The longest text of a line, in bytes: more than any file system lets a ref be named.</summary>
    public const int MaxTextLength = ushort.MaxValue;

    private const int ChunkBits = 20;
    private readonly List<byte[]> _chunks = [];
    private readonly int _hashLength = format.HashLength();
    private long[] _starts = [];
    private int[] _slots = [];
    private int _used;

    public int Count { get; private set; }

    public GitObjectFormat Format => format;

    public void Add(ObjectHash id, ReadOnlySpan<byte> text)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, MaxTextLength, nameof(text));
        var needed = sizeof(ushort) + _hashLength + text.Length;
        if (_chunks.Count == 0 || _chunks[^1].Length - _used < needed)
        {
            // Small at first: most bundles list a few refs.
            var size = _chunks.Count >= 8 ? 1 << ChunkBits : 1 << (12 + _chunks.Count);
            _chunks.Add(new byte[Math.Max(size, needed)]);
            _used = 0;
        }

        if (Count == _starts.Length)
        {
            Array.Resize(ref _starts, Math.Max(16, Count + (Count >> 1)));
        }

        _starts[Count++] = ((long)(_chunks.Count - 1) << ChunkBits) | (uint)_used;
        var place = _chunks[^1].AsSpan(_used, needed);
        BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)text.Length);
        id.CopyTo(place.Slice(sizeof(ushort), _hashLength));
        text.CopyTo(place[(sizeof(ushort) + _hashLength)..]);
        _used += needed;
    }

    public ObjectHash Id(int index) => ObjectHash.FromBytes(Line(index).Slice(sizeof(ushort), _hashLength));

    public ReadOnlySpan<byte> Text(int index)
    {
        var line = Line(index);
        return line.Slice(sizeof(ushort) + _hashLength, BinaryPrimitives.ReadUInt16LittleEndian(line));
    }

    /// <summary>Finds the line with that text among those that <see cref="TryIndex"/> has seen; -1 when there is none.</summary>
    public int Find(ReadOnlySpan<byte> text) => _slots.Length == 0 ? -1 : _slots[Probe(text, Hash(text))] - 1;

    /// <summary>Finds a line whose text is a directory of the given one, if texts were paths; -1 when there is none. Takes time in proportion to the text.</summary>
    public int FindDirectory(ReadOnlySpan<byte> text)
    {
        var hash = 0;
        var start = 0;
        while (_slots.Length > 0 && text[start..].IndexOf((byte)'/') is var length and >= 0)
        {
            hash = Append(hash, text.Slice(start, length));
            start += length;
            if (_slots[Probe(text[..start], hash)] is var slot and > 0)
            {
                return slot - 1;
            }

            start++;
        }

        return -1;
    }

    /// <summary>Makes a line findable; <see langword="false"/> when an earlier line has the same text.</summary>
    public bool TryIndex(int index)
    {
        if (_slots.Length < (Count + 1) * 3L / 2)
        {
            Rehash();
        }

        var text = Text(index);
        var place = Probe(text, Hash(text));
        if (_slots[place] != 0)
        {
            return false;
        }

        _slots[place] = index + 1;
        return true;
    }

    private ReadOnlySpan<byte> Line(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        var start = _starts[index];
        return _chunks[(int)(start >> ChunkBits)].AsSpan((int)(start & ((1 << ChunkBits) - 1)));
    }

    private void Rehash()
    {
        var old = _slots;
        _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, Math.Min((Count + 1) * 2L, 1 << 30)))];
        foreach (var slot in old)
        {
            if (slot != 0)
            {
                var text = Text(slot - 1);
                _slots[Probe(text, Hash(text))] = slot;
            }
        }
    }

    private int Probe(ReadOnlySpan<byte> text, int hash)
    {
        var mask = _slots.Length - 1;
        var place = hash & mask;
        while (_slots[place] != 0 && !Text(_slots[place] - 1).SequenceEqual(text))
        {
            place = (place + 1) & mask;
        }

        return place;
    }

    // Component by component, so that the hashes of a path's directories come by on the way to its own: hashing each of them from its start
    // would take the square of the path's length. Seeded per process: ref names are the sender's choice.
    private static int Hash(ReadOnlySpan<byte> text)
    {
        var hash = 0;
        while (text.IndexOf((byte)'/') is var length and >= 0)
        {
            hash = Append(hash, text[..length]);
            text = text[(length + 1)..];
        }

        return Append(hash, text);
    }

    private static int Append(int hash, ReadOnlySpan<byte> component)
    {
        var appended = default(HashCode);
        appended.Add(hash);
        appended.AddBytes(component);
        return appended.ToHashCode();
    }
}
