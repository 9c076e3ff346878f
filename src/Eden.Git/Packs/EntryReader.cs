using Eden.Git.Inflation;


namespace Eden.Git.Packs;

/// <summary>Reads single objects of a resolved pack by following their delta chains. For the rare walk that explains what is missing; not thread-safe.</summary>
internal sealed class EntryReader(PackResolver resolver, CancellationToken cancellationToken)
{
    private const int LargestObject = 64 << 20;
    private const long CacheBudget = 32 << 20;
    private readonly PackEntries _entries = resolver.Entries;
    private readonly PackWindow _window = new(resolver.Pack, 1 << 16, cancellationToken);
    private readonly Inflater _inflater = new();
    private readonly Dictionary<int, byte[]> _cache = [];
    private readonly List<int> _chain = [];
    private long _cached;

    /// <summary>Returns the content of an object that was resolved before.</summary>
    public byte[] Read(int entry)
    {
        _chain.Clear();
        byte[]? content;
        while (!_cache.TryGetValue(entry, out content))
        {
            if (!_entries.IsDelta(entry))
            {
                content = Keep(entry, Inflate(entry));
                break;
            }

            _chain.Add(entry);
            entry = _entries.OffsetBase(entry) is var place && place >= 0 ? place : resolver.Table.FindEntry(_entries.NamedBase(entry));
        }

        for (var index = _chain.Count - 1; index >= 0; index--)
        {
            content = Keep(_chain[index], Apply(_chain[index], content));
        }

        return content;
    }

    private byte[] Keep(int entry, byte[] content)
    {
        if (_cached + content.Length > CacheBudget)
        {
            _cache.Clear();
            _cached = 0;
        }

        _cache[entry] = content;
        _cached += content.Length;
        return content;
    }

    private byte[] Inflate(int entry)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var content = Allocate(entry, _entries.Size(entry));
        _window.Seek(_entries.DataOffset(entry));
        var status = _inflater.Inflate(_window, content, content.Length);
        return status == InflateStatus.Done ? content : throw PackDamageException.At(_entries.Offset(entry), PackDamageException.Describe(status));
    }

    private byte[] Apply(int entry, byte[] source)
    {
        var delta = Inflate(entry);
        if (DeltaPatch.TryReadSizes(delta, out _, out var size, out var head))
        {
            var content = Allocate(entry, size);
            if (DeltaPatch.TryApply(source, delta.AsSpan(head), content))
            {
                return content;
            }
        }

        throw PackDamageException.At(_entries.Offset(entry), "the delta is malformed or does not fit its base");
    }

    private byte[] Allocate(int entry, long size)
    {
        resolver.Spend(size);
        return size <= LargestObject ? new byte[size]
            : throw PackDamageException.At(_entries.Offset(entry), $"a tree of {size} bytes is too large to be walked", GitFaultKind.Limit);
    }
}
