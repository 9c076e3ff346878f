using System.Buffers;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Repositories;

/// <summary>Reads whole objects out of an <see cref="ObjectStore"/>: inflates, applies delta chains, keeps recent results as bases for the
/// next. Quick when asked in pack order. One thread's own.</summary>
/// <param name="store">Where the objects are.</param>
/// <param name="maxObjectBytes">What any object may have.</param>
/// <param name="cacheBytes">How much recent results may take.</param>
/// <param name="maxHeldBytes">From which size on a packed object is not held in memory: reading it fails with <see cref="LargeObjectException"/>.</param>
internal sealed class ObjectReader(ObjectStore store, long maxObjectBytes, long cacheBytes, long maxHeldBytes = long.MaxValue) : IDisposable
{
    // Room behind the content that lets the inflater copy in words.
    private const int Slack = 16;

    private readonly PackWindows _windows = new();
    private readonly Inflater _inflater = new();
    private readonly InflateInput _input = new([], 0, 0);
    private readonly BaseCache _cache = new(cacheBytes);
    private readonly List<int> _chain = [];
    private byte[] _delta = [];

    // The newest result: it goes into the cache only when the next one comes, so that it and its base stay in memory together.
    private ObjectLocation _newest;
    private byte[]? _newestBuffer;
    private int _newestLength;
    private ObjectKind _newestKind;

    public PackWindows Windows => _windows;

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
    public ReadOnlySpan<byte> Read(ObjectLocation location, out ObjectKind kind) => Read(location, out kind, out _, out _);

    /// <summary>Returns an object's content, and that of the object it was just made from by a delta; both good until the next call.</summary>
    /// <param name="location">The object.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="baseLocation">The base of its delta, if <paramref name="baseContent"/> is not empty.</param>
    /// <param name="baseContent">The base's content; empty when the object is stored whole or was at hand.</param>
    /// <inheritdoc cref="Read(ObjectLocation, out ObjectKind)"/>
    public ReadOnlySpan<byte> Read(
        ObjectLocation location, out ObjectKind kind, out ObjectLocation baseLocation, out ReadOnlySpan<byte> baseContent)
    {
        if (store.IsLoose(location))
        {
            baseLocation = default;
            baseContent = default;
            using var loose = store.Loose.Open(location.Rank);
            kind = loose.Kind;
            return loose.ReadAll(store.Format, maxObjectBytes);
        }

        return ReadPacked(location, out kind, out baseLocation, out baseContent);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        KeepNewest();
        _cache.Dispose();
    }

    private ReadOnlySpan<byte> ReadPacked(
        ObjectLocation location, out ObjectKind kind, out ObjectLocation baseLocation, out ReadOnlySpan<byte> baseContent)
    {
        baseLocation = default;
        baseContent = default;
        KeepNewest();
        var pack = store.Packs[location.Source];
        _chain.Clear();
        var rank = location.Rank;
        ReadOnlySpan<byte> content;
        while (!_cache.TryGet(location with { Rank = rank }, out content, out kind))
        {
            if (pack.Index.EntryLength(rank) > maxHeldBytes)
            {
                throw new LargeObjectException();
            }

            var bytes = _windows.FetchEntry(pack, rank);
            var entry = pack.ReadEntry(rank, bytes);
            if (!entry.IsDelta)
            {
                kind = (ObjectKind)entry.Kind;
                content = InflateWhole(pack, location with { Rank = rank }, entry, bytes);
                break;
            }

            _chain.Add(rank);
            rank = entry.BaseRank;
            if (_chain.Count > pack.Index.Count)
            {
                throw pack.Corrupt(location.Rank, "its delta chain goes round in a circle");
            }
        }

        for (var link = _chain.Count - 1; link >= 0; link--)
        {
            baseLocation = location with { Rank = rank };
            baseContent = content;
            rank = _chain[link];
            content = ApplyDelta(pack, location with { Rank = rank }, content, kind);
        }

        return content;
    }

    private ReadOnlySpan<byte> InflateWhole(RepositoryPack pack, ObjectLocation location, PackedEntry entry, ArraySegment<byte> bytes)
    {
        var length = CheckSize(pack, location.Rank, entry.Size, bytes.Count - entry.HeaderLength);
        var buffer = ArrayPool<byte>.Shared.Rent(length + Slack);
        Inflate(pack, location.Rank, entry, bytes, buffer);
        return SetNewest(location, buffer, length, (ObjectKind)entry.Kind);
    }

    private ReadOnlySpan<byte> ApplyDelta(RepositoryPack pack, ObjectLocation location, ReadOnlySpan<byte> source, ObjectKind kind)
    {
        var bytes = _windows.FetchEntry(pack, location.Rank);
        var entry = pack.ReadEntry(location.Rank, bytes);
        var deltaLength = CheckSize(pack, location.Rank, entry.Size, bytes.Count - entry.HeaderLength);
        if (_delta.Length < deltaLength + Slack)
        {
            _delta = GC.AllocateUninitializedArray<byte>(Math.Max(deltaLength + Slack, 1 << 14));
        }

        Inflate(pack, location.Rank, entry, bytes, _delta);
        var delta = _delta.AsSpan(0, deltaLength);
        if (deltaLength < DeltaPatch.MinLength || !DeltaPatch.TryReadSizes(delta, out var sourceLength, out var resultLength, out var headLength) || sourceLength != source.Length)
        {
            throw pack.Corrupt(location.Rank, "its delta does not fit its base");
        }

        CheckSize(pack, location.Rank, resultLength);

        // If the base is the newest object it is kept now; the cache gives its buffer back to the pool at a later call only.
        KeepNewest();
        var buffer = ArrayPool<byte>.Shared.Rent((int)resultLength + Slack);
        if (!DeltaPatch.TryApply(source, delta[headLength..], buffer.AsSpan(0, (int)resultLength)))
        {
            throw pack.Corrupt(location.Rank, "its delta is malformed");
        }

        return SetNewest(location, buffer, (int)resultLength, kind);
    }

    private ReadOnlySpan<byte> SetNewest(ObjectLocation location, byte[] buffer, int length, ObjectKind kind)
    {
        (_newest, _newestBuffer, _newestLength, _newestKind) = (location, buffer, length, kind);
        return buffer.AsSpan(0, length);
    }

    private void KeepNewest()
    {
        if (_newestBuffer is not null)
        {
            _cache.Add(_newest, _newestBuffer, _newestLength, _newestKind);
            _newestBuffer = null;
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

        if (size > Array.MaxLength - Slack)
        {
            throw pack.TooLarge(rank, $"its {size} bytes are more than can be held in memory");
        }
    }

    private void Inflate(RepositoryPack pack, int rank, PackedEntry entry, ArraySegment<byte> bytes, byte[] destination)
    {
        _input.Reset(bytes.Array!, bytes.Offset + entry.HeaderLength, bytes.Count - entry.HeaderLength);
        if (_inflater.Inflate(_input, destination, (int)entry.Size) is var status && status != InflateStatus.Done)
        {
            throw pack.Corrupt(rank, $"it does not inflate ({status})");
        }
    }
}
