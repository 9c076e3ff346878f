using System.Runtime.InteropServices;
using Eden.Git.Inflation;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Repositories;

/// <summary>Reads whole objects out of an <see cref="ObjectStore"/>: inflates, applies delta chains, keeps recent results as bases for the
/// next. Quick when asked in pack order. One thread's own.</summary>
/// <param name="store">Where the objects are.</param>
/// <param name="maxObjectBytes">What any object may have.</param>
/// <param name="cacheBytes">How much recent results may take.</param>
/// <param name="maxHeldBytes">From which size on a packed object is not held in memory: reading it fails with <see cref="LargeObjectException"/>.</param>
internal sealed class ObjectReader(ObjectStore store, long maxObjectBytes, int cacheBytes, long maxHeldBytes = long.MaxValue)
{
    private readonly PackWindows _windows = new();
    private readonly Inflater _inflater = new();
    private readonly InflateInput _input = new([], 0, 0);
    private readonly BaseCache _cache = new(cacheBytes);
    private readonly List<int> _chain = [];
    private byte[] _delta = [];
    private (ObjectLocation Location, CachedObject Object) _large;

    /// <summary>Returns an object's kind without inflating a packed one.</summary>
    public ObjectKind KindOf(ObjectLocation location)
    {
        if (store.IsLoose(location))
        {
            using var loose = store.Loose.Open(location.Rank);
            return loose.Kind;
        }

        var pack = store.Packs[location.Source];
        var rank = location.Rank;
        for (var steps = 0; steps <= pack.Index.Count; steps++)
        {
            var entry = pack.ReadEntry(rank, _windows.FetchHeader(pack, rank));
            if (!entry.IsDelta)
            {
                return (ObjectKind)entry.Kind;
            }

            rank = entry.BaseRank;
        }

        throw pack.Corrupt(location.Rank, "its delta chain goes round in a circle");
    }

    /// <summary>Returns an object's content; good until the next call.</summary>
    /// <exception cref="RepositoryChangedException">A loose object vanished.</exception>
    /// <exception cref="GitException">The object is damaged or larger than the limit.</exception>
    /// <exception cref="LargeObjectException">The object, or a base of its delta, is larger than this reader holds.</exception>
    public ReadOnlySpan<byte> Read(ObjectLocation location, out ObjectKind kind)
    {
        if (store.IsLoose(location))
        {
            return ReadLoose(location, out kind);
        }

        var found = FindBase(location, withEntryStarts: false, out _, out _);
        for (var link = _chain.Count - 1; link >= 0; link--)
        {
            found = ApplyDelta(location with { Rank = _chain[link] }, found, withEntryStarts: false, out _);
        }

        kind = found.Kind;
        return found.Content;
    }

    /// <summary>Reads a tree and tells its entries, but for those that a delta copied from a tree which was visited.</summary>
    /// <param name="location">The tree.</param>
    /// <param name="visitor">Told the entries.</param>
    /// <param name="kind">The kind that the object has; nothing is told of any but a tree.</param>
    /// <returns>What is wrong with the tree, behind the entries that were told; <see langword="null"/> when nothing is.</returns>
    /// <inheritdoc cref="Read" path="/exception"/>
    public string? ReadTree<TVisitor>(ObjectLocation location, ref TVisitor visitor, out ObjectKind kind)
        where TVisitor : struct, ITreeVisitor
    {
        if (store.IsLoose(location))
        {
            var content = ReadLoose(location, out kind);
            return kind == ObjectKind.Tree ? TreeScan.Whole(content, store.Format, default, ref visitor) : null;
        }

        var found = FindBase(location, withEntryStarts: true, out var rank, out var isNew);
        kind = found.Kind;
        if (kind != ObjectKind.Tree)
        {
            return null;
        }

        if (_chain.Count == 0)
        {
            return TreeScan.Whole(found.Content, store.Format, isNew ? found.EntryStarts : default, ref visitor);
        }

        // What is wrong with a base is told when that is visited.
        var none = default(NoVisitor);
        if (isNew)
        {
            TreeScan.Whole(found.Content, store.Format, found.EntryStarts, ref none);
        }

        for (var link = _chain.Count - 1; link > 0; link--)
        {
            var source = found;
            rank = _chain[link];
            found = ApplyDelta(location with { Rank = rank }, source, withEntryStarts: true, out var between);
            Scan(found, source, between, ref none);
        }

        var tree = ApplyDelta(location, found, withEntryStarts: true, out var instructions);
        return visitor.IsVisited(location with { Rank = rank })
            ? Scan(tree, found, instructions, ref visitor)
            : TreeScan.Whole(tree.Content, store.Format, tree.EntryStarts, ref visitor);
    }

    private string? Scan<TVisitor>(in CachedObject tree, in CachedObject source, ReadOnlySpan<byte> instructions, ref TVisitor visitor)
        where TVisitor : struct, ITreeEntryVisitor
        => source.EntryStarts is { IsKnown: true } starts
            ? TreeScan.Delta(tree.Content, store.Format, instructions, starts, tree.EntryStarts, ref visitor)
            : TreeScan.Whole(tree.Content, store.Format, tree.EntryStarts, ref visitor);

    private byte[] ReadLoose(ObjectLocation location, out ObjectKind kind)
    {
        using var loose = store.Loose.Open(location.Rank);
        kind = loose.Kind;
        return loose.ReadAll(store.Format, maxObjectBytes);
    }

    /// <summary>Finds what an object is made from, and the deltas that make it: the last one first.</summary>
    /// <param name="location">The object.</param>
    /// <param name="withEntryStarts">Whether to make room for where the entries of a tree begin.</param>
    /// <param name="rank">Where the base is in the object's pack.</param>
    /// <param name="isNew">Whether the base was not at hand.</param>
    private CachedObject FindBase(ObjectLocation location, bool withEntryStarts, out int rank, out bool isNew)
    {
        var pack = store.Packs[location.Source];
        _chain.Clear();
        rank = location.Rank;
        isNew = false;
        while (true)
        {
            if (TryGetCached(location with { Rank = rank }, out var cached))
            {
                return cached;
            }

            if (pack.Index.EntryLength(rank) > maxHeldBytes)
            {
                throw new LargeObjectException();
            }

            var bytes = _windows.FetchEntry(pack, rank);
            var entry = pack.ReadEntry(rank, bytes);
            if (!entry.IsDelta)
            {
                isNew = true;
                return InflateWhole(pack, location with { Rank = rank }, entry, bytes, withEntryStarts);
            }

            _chain.Add(rank);
            rank = entry.BaseRank;
            if (_chain.Count > pack.Index.Count)
            {
                throw pack.Corrupt(location.Rank, "its delta chain goes round in a circle");
            }
        }
    }

    private CachedObject InflateWhole(RepositoryPack pack, ObjectLocation location, PackedEntry entry, ArraySegment<byte> bytes, bool withEntryStarts)
    {
        var length = CheckSize(pack, location.Rank, entry.Size, bytes.Count - entry.HeaderLength);
        var whole = Allocate(location, (ObjectKind)entry.Kind, length, withEntryStarts, default);
        try
        {
            Inflate(pack, location.Rank, entry, bytes, whole.Space);
            return whole;
        }
        catch
        {
            Forget(location);
            throw;
        }
    }

    private CachedObject ApplyDelta(ObjectLocation location, in CachedObject source, bool withEntryStarts, out ReadOnlySpan<byte> instructions)
    {
        var pack = store.Packs[location.Source];
        var bytes = _windows.FetchEntry(pack, location.Rank);
        var entry = pack.ReadEntry(location.Rank, bytes);
        var deltaLength = CheckSize(pack, location.Rank, entry.Size, bytes.Count - entry.HeaderLength);
        if (_delta.Length < deltaLength + CachedObject.Slack)
        {
            _delta = GC.AllocateUninitializedArray<byte>(Math.Max(deltaLength + CachedObject.Slack, 1 << 14));
        }

        Inflate(pack, location.Rank, entry, bytes, _delta);
        var delta = _delta.AsSpan(0, deltaLength);
        if (deltaLength < DeltaPatch.MinLength || !DeltaPatch.TryReadSizes(delta, out var sourceLength, out var length, out var headLength) || sourceLength != source.Length)
        {
            throw pack.Corrupt(location.Rank, "its delta does not fit its base");
        }

        CheckSize(pack, location.Rank, length);
        instructions = delta[headLength..];
        var made = Allocate(location, source.Kind, (int)length, withEntryStarts, source);
        if (DeltaPatch.TryApply(source.Content, instructions, made.Space[..(int)length]))
        {
            return made;
        }

        Forget(location);
        throw pack.Corrupt(location.Rank, "its delta is malformed");
    }

    private bool TryGetCached(ObjectLocation location, out CachedObject cached)
    {
        if (_cache.TryGet(location, out cached))
        {
            return true;
        }

        cached = _large.Object;
        return cached.Buffer is not null && _large.Location == location;
    }

    /// <summary>Makes room for an object. The bytes of what it is made from stay.</summary>
    private CachedObject Allocate(ObjectLocation location, ObjectKind kind, int length, bool withEntryStarts, in CachedObject source)
    {
        var room = CachedObject.RoomFor(length, withEntryStarts && kind == ObjectKind.Tree);
        CachedObject made;
        if (room <= _cache.LargestRoom)
        {
            made = _cache.Add(location, kind, length, room, source);
        }
        else
        {
            made = new CachedObject(GC.AllocateUninitializedArray<byte>(room), 0, length, room, kind);
            _large = (location, made);
        }

        made.EntryStarts.Clear();
        return made;
    }

    private void Forget(ObjectLocation location)
    {
        _cache.Forget(location);
        if (_large.Location == location)
        {
            _large = default;
        }
    }

    private int CheckSize(RepositoryPack pack, int rank, long size, int compressed)
    {
        CheckSize(pack, rank, size);

        // Deflate cannot do better than about 1,030 to 1: a lie about the size is found before memory is spent on it.
        return size / 1100 <= compressed ? (int)size : throw pack.Corrupt(rank, "its declared length is more than its bytes can hold");
    }

    private void CheckSize(RepositoryPack pack, int rank, long size)
    {
        if (size > maxObjectBytes)
        {
            throw pack.TooLarge(rank, $"its {size} bytes are more than the limit of {maxObjectBytes}");
        }

        if (size > maxHeldBytes)
        {
            throw new LargeObjectException();
        }

        if (size > CachedObject.MaxLength)
        {
            throw pack.TooLarge(rank, $"its {size} bytes are more than can be held in memory");
        }
    }

    private void Inflate(RepositoryPack pack, int rank, PackedEntry entry, ArraySegment<byte> bytes, Span<byte> destination)
    {
        _input.Reset(bytes.Array!, bytes.Offset + entry.HeaderLength, bytes.Count - entry.HeaderLength);
        if (_inflater.Inflate(_input, destination, (int)entry.Size) is var status && status != InflateStatus.Done)
        {
            throw pack.Corrupt(rank, $"it does not inflate ({status})");
        }
    }

    private readonly struct NoVisitor : ITreeEntryVisitor
    {
        public void Visit(in TreeLinks entry)
        {
        }
    }
}
