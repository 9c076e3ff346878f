using Eden.Git.Inflation;
using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>Reads the entries of a pack one after the other: headers are parsed, compressed data is only counted. Not thread-safe.</summary>
internal sealed class EntryScanner
{
    // Kind and size, then a distance or an id.
    private const int LongestEntryHeader = VariableInteger.MaxLength + 32;
    private const int WindowStep = 1 << 18;

    // How far to look for the start of compressed data, and how many bytes to spend on what only looks like it.
    private const int SearchLength = 1 << 17;
    private const long WastedBytes = 1 << 20;

    private readonly GitObjectFormat _format;
    private readonly GitLimits _limits;
    private readonly InflationLimit _inflation;
    private readonly PackWindow _window;
    private readonly Inflater _inflater = new();
    private readonly DeltaHead? _head;
    private readonly List<ObjectHash> _ignored = [];

    /// <param name="pack">The pack.</param>
    /// <param name="format">Its object format.</param>
    /// <param name="limits">The limits on one object.</param>
    /// <param name="inflation">The limit on all of them.</param>
    /// <param name="measuresResults">Whether the limits are applied to the results of deltas too, which costs a look into each.</param>
    /// <param name="cancellationToken">Observed at each read of the file.</param>
    public EntryScanner(
        PackFile pack, GitObjectFormat format, GitLimits limits, InflationLimit inflation, bool measuresResults, CancellationToken cancellationToken)
    {
        _head = measuresResults ? new DeltaHead() : null;
        _format = format;
        _limits = limits;
        _inflation = inflation;
        _window = new PackWindow(pack, (int)Math.Min(WindowStep, pack.Length), cancellationToken);
    }

    /// <summary>Gets where the next entry begins.</summary>
    public long Offset => _window.Offset;

    public void Seek(long offset) => _window.Seek(offset);

    /// <summary>Reads no further than this, until it is changed.</summary>
    public void ReadUpTo(long offset) => _window.ReadUpTo(offset);

    /// <summary>Reads the entry at <see cref="Offset"/> and stops right behind it.</summary>
    /// <param name="ordinal">Its place among <paramref name="count"/> entries, for the message when there is none.</param>
    /// <param name="count">The number of entries that the pack declares.</param>
    /// <param name="budget">How many bytes it may inflate to, beside its own limit.</param>
    /// <param name="namedBases">Takes the id of a reference delta's base.</param>
    /// <exception cref="PackDamageException">The entry is damaged or passes a limit.</exception>
    public ScannedEntry Read(int ordinal, int count, long budget, List<ObjectHash> namedBases)
    {
        var offset = _window.Offset;
        var bytes = _window.Peek(LongestEntryHeader);
        if (bytes.IsEmpty)
        {
            throw PackDamageException.At(offset, $"the pack ends after {ordinal} of {count} objects");
        }

        if (!VariableInteger.TryReadEntryHeader(bytes, out var kind, out var size, out var length))
        {
            throw PackDamageException.At(offset, "the entry's header is malformed");
        }

        var place = 0L;
        switch (kind)
        {
            case PackEntryKind.Commit or PackEntryKind.Tree or PackEntryKind.Blob or PackEntryKind.Tag:
                break;
            case PackEntryKind.OffsetDelta:
                if (!VariableInteger.TryReadDistance(bytes[length..], out place, out var distanceLength))
                {
                    throw PackDamageException.At(offset, "the distance to the delta's base is malformed");
                }

                // Whether an entry begins there is known once the ones before this are.
                if (place <= 0 || place > offset - PackHeader.Length)
                {
                    throw PackScanner.NoBase(offset, place);
                }

                length += distanceLength;
                break;
            case PackEntryKind.ReferenceDelta:
                if (bytes.Length - length < _format.HashLength())
                {
                    throw PackDamageException.At(offset, "the pack ends inside the id of a delta's base");
                }

                place = namedBases.Count;
                namedBases.Add(ObjectHash.FromBytes(bytes.Slice(length, _format.HashLength())));
                length += _format.HashLength();
                break;
            default:
                throw PackDamageException.At(offset, $"entry type {(int)kind} is not known");
        }

        PackScanner.CheckSize(kind is PackEntryKind.Commit or PackEntryKind.Tag, size, offset, _limits);
        if (size > budget)
        {
            throw _inflation.Passed(offset);
        }

        _window.Position += length;
        var result = 0L;
        var status = _head is null || kind < PackEntryKind.OffsetDelta ? _inflater.Count(_window, size) : CountDelta(_head, size, offset, out result);
        if (status != InflateStatus.Done)
        {
            throw PackDamageException.At(offset, PackDamageException.Describe(status));
        }

        PackScanner.CheckSize(false, result, offset, _limits);
        return result <= budget - size ? new ScannedEntry(offset, size, place, (byte)length, kind, size + result) : throw _inflation.Passed(offset);
    }

    private InflateStatus CountDelta(DeltaHead head, long size, long offset, out long result)
    {
        if (head.TryPeek(_inflater, _window, out result))
        {
            return _inflater.Count(_window, size);
        }

        head.Clear();
        var status = _inflater.Inflate(_window, size, head);
        return status != InflateStatus.Done || head.TryRead(out result) ? status : throw PackDamageException.At(offset, "the delta is malformed: it has no sizes");
    }

    /// <summary>Looks from the middle of a pack for a place where an entry seems to begin, and goes there.</summary>
    /// <remarks>Compressed data is found by its first two bytes; right behind it the next entry begins. It is a guess: the bytes may lie inside
    /// another entry's data. Work on wrong guesses is bounded.</remarks>
    public bool TrySynchronize(long start)
    {
        var wasted = 0L;
        _window.Seek(start);
        var searched = start + _window.Peek(SearchLength).Length;
        while (wasted < WastedBytes)
        {
            _window.Seek(start);
            var bytes = _window.Peek((int)Math.Min(SearchLength, Math.Max(0, searched - start)));
            var found = FindStream(bytes);
            if (found < 0)
            {
                return false;
            }

            start += found;
            _window.Seek(start);

            // Whatever the stream inflates to: its size is in the header before it, which is not looked for.
            if (_inflater.Count(_window, _limits.MaxObjectBytes) is InflateStatus.TooShort or InflateStatus.Done && IsEntry(out var next))
            {
                _window.Seek(next);
                return true;
            }

            wasted += Math.Max(64, _window.Offset - start);
            start++;
        }

        return false;
    }

    private bool IsEntry(out long offset)
    {
        offset = _window.Offset;
        try
        {
            _ignored.Clear();
            Read(0, 0, _inflation.Bytes, _ignored);
            return true;
        }
        catch (PackDamageException)
        {
            // No damage yet: only a wrong guess.
            return false;
        }
    }

    // Every writer of packs uses zlib with its window of 32 KiB; another one's entries are found in turn.
    private static int FindStream(ReadOnlySpan<byte> bytes)
    {
        for (var from = 0; from < bytes.Length - 1;)
        {
            var step = bytes[from..^1].IndexOf((byte)0x78);
            if (step < 0)
            {
                return -1;
            }

            from += step;
            if (bytes[from + 1] is 0x01 or 0x5E or 0x9C or 0xDA)
            {
                return from;
            }

            from++;
        }

        return -1;
    }
}
