using System.IO.Hashing;

namespace Eden.Checkpoint.Format.Rows.Json;

/// <summary>Finds equal names among those of one JSON object, for every object that is open at a time. Reusable; not thread-safe.</summary>
/// <remarks>
/// A few names are compared by a vectorised search for their hash. Larger objects are sorted when they end, by hash and then by bytes, so
/// that no choice of names makes the work quadratic. Nothing is allocated once the arrays have grown to an ordinary object's size.
/// </remarks>
internal sealed class JsonNames
{
    private const int SearchedNames = 64;
    private const int KeptCapacity = 4096;

    private readonly long _seed = Random.Shared.NextInt64();
    private uint[] _hashes = new uint[128];
    private Name[] _names = new Name[128];
    private int _count;
    private byte[] _unescaped = new byte[256];
    private int _unescapedLength;

    /// <summary>Gets where the names of an object that begins now will start.</summary>
    public Mark Begin() => new(_count, _unescapedLength);

    /// <summary>Adds a name to the innermost object.</summary>
    /// <param name="mark">What <see cref="Begin"/> returned for the object.</param>
    /// <param name="json">The whole text; the same for all calls until <see cref="Reset"/>.</param>
    /// <param name="start">Where the name's bytes start in it, after the quote.</param>
    /// <param name="length">The number of bytes to the closing quote.</param>
    /// <param name="escaped">Whether they hold escapes.</param>
    /// <returns><see langword="false"/> when the object already has the name. Objects with many names answer in <see cref="End"/>.</returns>
    public bool Add(Mark mark, ReadOnlySpan<byte> json, int start, int length, bool escaped)
    {
        var name = new Name(start, length, escaped);
        var bytes = json.Slice(start, length);
        if (escaped)
        {
            bytes = Unescape(bytes);
            name = new Name(_unescapedLength - bytes.Length, bytes.Length, escaped);
        }

        var hash = unchecked((uint)XxHash3.HashToUInt64(bytes, _seed));
        var open = _count - mark.Count;
        if (open <= SearchedNames && Contains(mark.Count, json, hash, bytes))
        {
            return false;
        }

        if (_count == _names.Length)
        {
            Array.Resize(ref _hashes, _count * 2);
            Array.Resize(ref _names, _count * 2);
        }

        _hashes[_count] = hash;
        _names[_count++] = name;
        return true;
    }

    /// <summary>Ends the innermost object.</summary>
    /// <param name="mark">What <see cref="Begin"/> returned for it.</param>
    /// <param name="json">The whole text.</param>
    /// <param name="repeated">Takes the start and length of each repeated name that <see cref="Add"/> has not refused, as it stands in the text or unescaped.</param>
    public void End(Mark mark, ReadOnlySpan<byte> json, List<string>? repeated)
    {
        if (_count - mark.Count > SearchedNames + 1)
        {
            SortAndCompare(mark.Count, json, repeated);
        }

        _count = mark.Count;
        _unescapedLength = mark.Unescaped;
    }

    /// <summary>Forgets all names, and the memory that an unusual text took.</summary>
    public void Reset()
    {
        _count = 0;
        _unescapedLength = 0;
        if (_names.Length > KeptCapacity)
        {
            _names = new Name[KeptCapacity];
            _hashes = new uint[KeptCapacity];
        }

        if (_unescaped.Length > 16 * KeptCapacity)
        {
            _unescaped = new byte[KeptCapacity];
        }
    }

    private bool Contains(int first, ReadOnlySpan<byte> json, uint hash, ReadOnlySpan<byte> bytes)
    {
        var hashes = _hashes.AsSpan(first, _count - first);
        var from = 0;
        while (true)
        {
            var hit = hashes[from..].IndexOf(hash);
            if (hit < 0)
            {
                return false;
            }

            from += hit;
            if (Bytes(json, _names[first + from]).SequenceEqual(bytes))
            {
                return true;
            }

            from++;
        }
    }

    private void SortAndCompare(int first, ReadOnlySpan<byte> json, List<string>? repeated)
    {
        var hashes = _hashes.AsSpan(first, _count - first);
        var names = _names.AsSpan(first, _count - first);
        hashes.Sort(names);
        for (var start = 0; start < hashes.Length;)
        {
            var end = start + 1;
            while (end < hashes.Length && hashes[end] == hashes[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                SortByBytes(names[start..end], json);
                for (var index = start + 1; index < end; index++)
                {
                    var bytes = Bytes(json, names[index]);
                    if (bytes.SequenceEqual(Bytes(json, names[index - 1])))
                    {
                        repeated?.Add(ShownValue.Of(bytes));
                    }
                }
            }

            start = end;
        }
    }

    /// <summary>Heap sort: a span cannot be captured by a comparer, and the worst case must not be quadratic.</summary>
    private void SortByBytes(Span<Name> names, ReadOnlySpan<byte> json)
    {
        for (var root = (names.Length / 2) - 1; root >= 0; root--)
        {
            Sift(names, root, json);
        }

        for (var last = names.Length - 1; last > 0; last--)
        {
            (names[0], names[last]) = (names[last], names[0]);
            Sift(names[..last], 0, json);
        }
    }

    private void Sift(Span<Name> heap, int root, ReadOnlySpan<byte> json)
    {
        while ((root * 2) + 1 < heap.Length)
        {
            var child = (root * 2) + 1;
            if (child + 1 < heap.Length && Bytes(json, heap[child]).SequenceCompareTo(Bytes(json, heap[child + 1])) < 0)
            {
                child++;
            }

            if (Bytes(json, heap[root]).SequenceCompareTo(Bytes(json, heap[child])) >= 0)
            {
                return;
            }

            (heap[root], heap[child]) = (heap[child], heap[root]);
            root = child;
        }
    }

    private ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> json, Name name)
        => name.Unescaped ? _unescaped.AsSpan(name.Start, name.Length) : json.Slice(name.Start, name.Length);

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw)
    {
        if (_unescaped.Length - _unescapedLength < raw.Length)
        {
            Array.Resize(ref _unescaped, Math.Max(_unescaped.Length * 2, _unescapedLength + raw.Length));
        }

        var start = _unescapedLength;
        _unescapedLength += JsonText.Unescape(raw, _unescaped.AsSpan(start));
        return _unescaped.AsSpan(start, _unescapedLength - start);
    }

    /// <summary>Where an object's names start.</summary>
    internal readonly record struct Mark(int Count, int Unescaped);

    private readonly record struct Name(int Start, int Length, bool Unescaped);
}
