using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>Every entry of a pack, as parallel arrays: some tens of bytes an entry. An entry's ordinal is its place in the pack.</summary>
/// <remarks>Filled by the scanner; afterwards each worker writes only the slots of the entries that it resolves.</remarks>
internal sealed class PackEntries
{
    private const int FirstCapacity = 1 << 20;
    private readonly int _declared;
    private readonly List<ObjectHash> _namedBases = [];

    private long[] _offsets;
    private long[] _sizes;
    private byte[] _headerLengths;
    private PackEntryKind[] _storedKinds;
    private int[] _bases;

    /// <param name="declared">The number of entries that the pack's header declares; trusted only as far as entries come.</param>
    public PackEntries(int declared)
    {
        _declared = declared;
        var capacity = Math.Min(declared, FirstCapacity);
        _offsets = new long[capacity];
        _sizes = new long[capacity];
        _headerLengths = new byte[capacity];
        _storedKinds = new PackEntryKind[capacity];
        _bases = new int[capacity];
        Kinds = new ObjectKind[capacity];
    }

    public int Count { get; private set; }

    /// <summary>Gets what each object is; <see cref="ObjectKind.None"/> while a delta's base is not known.</summary>
    public ObjectKind[] Kinds { get; private set; }

    /// <summary>Gets how many entries are deltas that name their base by id.</summary>
    public int ReferenceDeltaCount => _namedBases.Count;

    public long Offset(int entry) => _offsets[entry];

    public long DataOffset(int entry) => _offsets[entry] + _headerLengths[entry];

    /// <summary>Gets where the entry ends: the next one's offset, or <paramref name="entriesEnd"/> for the last.</summary>
    public long End(int entry, long entriesEnd) => entry + 1 < Count ? _offsets[entry + 1] : entriesEnd;

    /// <summary>Gets the inflated size of what is stored: for a delta, of its instructions.</summary>
    public long Size(int entry) => _sizes[entry];

    public PackEntryKind StoredKind(int entry) => _storedKinds[entry];

    public bool IsDelta(int entry) => _storedKinds[entry] >= PackEntryKind.OffsetDelta;

    /// <summary>Gets the ordinal of an offset delta's base; -1 for the rest.</summary>
    public int OffsetBase(int entry) => _storedKinds[entry] == PackEntryKind.OffsetDelta ? _bases[entry] : -1;

    /// <summary>Gets the id of a reference delta's base.</summary>
    public ObjectHash NamedBase(int entry) => _namedBases[_bases[entry]];

    public void Add(long offset, long size, int headerLength, PackEntryKind kind, int offsetBase, ObjectHash namedBase)
    {
        if (Count == _offsets.Length)
        {
            Grow();
        }

        var entry = Count++;
        _offsets[entry] = offset;
        _sizes[entry] = size;
        _headerLengths[entry] = (byte)headerLength;
        _storedKinds[entry] = kind;
        switch (kind)
        {
            case PackEntryKind.OffsetDelta:
                _bases[entry] = offsetBase;
                Kinds[entry] = Kinds[offsetBase];
                break;
            case PackEntryKind.ReferenceDelta:
                _bases[entry] = _namedBases.Count;
                _namedBases.Add(namedBase);
                break;
            default:
                _bases[entry] = -1;
                Kinds[entry] = (ObjectKind)kind;
                break;
        }
    }

    /// <summary>Finds the entry that begins at an offset; -1 when none does.</summary>
    /// <remarks>Looks from the last entry backward, further each time: a delta's base is rarely far.</remarks>
    public int Find(long offset)
    {
        var offsets = _offsets.AsSpan(0, Count);
        var high = offsets.Length;
        var low = Math.Max(0, high - 1);
        for (var step = 2; low > 0 && offsets[low] > offset; step <<= 1)
        {
            high = low;
            low = Math.Max(0, low - step);
        }

        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (offsets[middle] < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < offsets.Length && offsets[low] == offset ? low : -1;
    }

    private void Grow()
    {
        // More than declared are the bases that a thin pack is completed with.
        var capacity = (int)Math.Min(Math.Max(_declared, Count + 16L), Math.Max(16, _offsets.Length * 2L));
        Array.Resize(ref _offsets, capacity);
        Array.Resize(ref _sizes, capacity);
        Array.Resize(ref _headerLengths, capacity);
        Array.Resize(ref _storedKinds, capacity);
        Array.Resize(ref _bases, capacity);
        var kinds = Kinds;
        Array.Resize(ref kinds, capacity);
        Kinds = kinds;
    }
}
