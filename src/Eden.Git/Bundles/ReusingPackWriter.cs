using System.IO.Compression;
using System.IO.Hashing;
using Eden.Git.Objects;
using Eden.Git.Packs;
using Eden.Git.Repositories;
using Eden.Shared;

namespace Eden.Git.Bundles;

/// <summary>Writes the pack of a bundle out of what the repository already has compressed: entries are copied as they are, deltas stay
/// deltas when their base goes too. Nothing leaves unchecked: copied entries against the index's CRC-32, all others against their id.</summary>
internal sealed class ReusingPackWriter : IDisposable
{
    /// <summary>Objects above this are made in temporary files when they have to be made.</summary>
    public const long MaxHeldBytes = 16L << 20;

    // The longest header that an entry gets: kind and size, then the distance.
    private const int HeaderSlack = 2 * VariableInteger.MaxLength;
    private const int CopyLength = 1 << 19;
    private const int ReportEvery = 1 << 12;
    private const int CacheBytes = 16 << 20;

    private readonly ObjectStore _store;
    private readonly ReachableSet _reached;
    private readonly PackOutput _output;
    private readonly Action<long> _report;
    private readonly CancellationToken _cancellationToken;
    private readonly ObjectReader _reader;
    private readonly RescuedObjects _rescued;
    private readonly LargeObjects _large;
    private readonly PackWindows _windows = new();
    private readonly long[][] _offsets;
    private readonly Stack<ObjectLocation> _pending = [];
    private readonly MemoryStream _deflated = new();
    private byte[] _chunk = [];
    private long _written;

    public ReusingPackWriter(
        RepositoryLayout layout, ObjectStore store, ReachableSet reached, PackOutput output, GitBundleCreateOptions options,
        Action<long> report, CancellationToken cancellationToken)
    {
        _store = store;
        _reached = reached;
        _output = output;
        _report = report;
        _cancellationToken = cancellationToken;
        _reader = new ObjectReader(store, options.Limits.MaxObjectBytes, CacheBytes, MaxHeldBytes);
        _rescued = new RescuedObjects(layout, options.Limits);
        _large = new LargeObjects(options.Limits.MaxObjectBytes, options.TemporaryDirectory);
        _offsets = [.. store.Packs.Select(pack => new long[pack.Index.Count])];
    }

    private enum Outcome
    {
        Copied,
        BaseFirst,
        StoreWhole,
    }

    /// <summary>Writes every reached object: packs in their order, each by offset, then the loose objects.</summary>
    public async Task WriteAsync()
    {
        for (var source = 0; source < _store.Packs.Count; source++)
        {
            var verified = _store.Packs[source].Index.HasEntryChecksums;
            for (var rank = 0; rank < _store.Packs[source].Index.Count; rank++)
            {
                if (_reached.KindsOf(source)[rank] == 0 || _offsets[source][rank] != 0)
                {
                    continue;
                }

                if (!verified)
                {
                    _store.Packs[source].VerifyChecksum(_cancellationToken);
                    verified = true;
                }

                await WritePackedAsync(new ObjectLocation(source, rank)).ConfigureAwait(false);
            }
        }

        for (var position = 0; position < _store.Loose.Count; position++)
        {
            var location = new ObjectLocation(_store.Packs.Count, position);
            if (_reached[location] is var kind and not ObjectKind.None)
            {
                await WriteLooseAsync(position, kind).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rescued.Dispose();
        _large.Dispose();
        _deflated.Dispose();
    }

    /// <summary>Writes an entry, and before it whatever of its delta chain goes too and is not yet there: packs completed after a fetch
    /// have bases behind their deltas.</summary>
    private async ValueTask WritePackedAsync(ObjectLocation wanted)
    {
        _pending.Push(wanted);
        while (_pending.TryPeek(out var location))
        {
            var (outcome, baseLocation) = await WriteOneAsync(location).ConfigureAwait(false);
            if (outcome == Outcome.BaseFirst)
            {
                _pending.Push(baseLocation);
                if (_pending.Count > _store.Packs[location.Source].Index.Count)
                {
                    throw _store.Packs[location.Source].Corrupt(location.Rank, "its delta chain goes round in a circle");
                }

                continue;
            }

            _pending.Pop();
            Step();
        }
    }

    private async ValueTask<(Outcome Outcome, ObjectLocation Base)> WriteOneAsync(ObjectLocation location)
    {
        try
        {
            var length = _store.Packs[location.Source].Index.EntryLength(location.Rank);
            ObjectLocation baseLocation;
            Outcome outcome;
            if (length <= PackOutput.Capacity - HeaderSlack)
            {
                await _output.ReserveAsync((int)length + HeaderSlack).ConfigureAwait(false);
                outcome = Copy(location, out baseLocation);
            }
            else
            {
                (outcome, baseLocation) = await CopyLargeAsync(location).ConfigureAwait(false);
            }

            if (outcome == Outcome.StoreWhole)
            {
                _offsets[location.Source][location.Rank] = await StoreWholeAsync(_reader, location, _store, _reached[location]).ConfigureAwait(false);
            }

            return (outcome, baseLocation);
        }
        catch (RepositoryChangedException) when (_offsets[location.Source][location.Rank] == 0)
        {
            // One of more packs than a process can keep open, and gone since. Nothing was written of the object yet.
            var (reader, store, found) = _rescued.Find(_store.Id(location), _cancellationToken);
            _offsets[location.Source][location.Rank] = await StoreWholeAsync(reader, found, store, _reached[location]).ConfigureAwait(false);
            return (Outcome.StoreWhole, default);
        }
    }

    private Outcome Copy(ObjectLocation location, out ObjectLocation baseLocation)
    {
        var pack = _store.Packs[location.Source];
        var bytes = _windows.FetchEntry(pack, location.Rank);
        if (pack.Index.HasEntryChecksums && Crc32.HashToUInt32(bytes) != pack.Index.EntryChecksum(location.Rank))
        {
            throw pack.Corrupt(location.Rank, "its bytes do not match the CRC-32 of the index");
        }

        var entry = pack.ReadEntry(location.Rank, bytes);
        var outcome = Decide(pack, location, entry, out baseLocation);
        if (outcome == Outcome.Copied)
        {
            AppendHeader(location, entry, baseLocation);
            _output.Append(bytes.AsSpan(entry.HeaderLength));
        }

        return outcome;
    }

    private async Task<(Outcome Outcome, ObjectLocation Base)> CopyLargeAsync(ObjectLocation location)
    {
        var pack = _store.Packs[location.Source];
        var start = _windows.FetchHeader(pack, location.Rank);
        var entry = pack.ReadEntry(location.Rank, start);
        var outcome = Decide(pack, location, entry, out var baseLocation);
        if (outcome != Outcome.Copied)
        {
            return (outcome, baseLocation);
        }

        var checksum = new Crc32();
        checksum.Append(start.AsSpan(0, entry.HeaderLength));
        await _output.ReserveAsync(HeaderSlack).ConfigureAwait(false);
        AppendHeader(location, entry, baseLocation);
        var chunk = Chunk();
        var offset = pack.Index.Offset(location.Rank) + entry.HeaderLength;
        var end = pack.Index.Offset(location.Rank) + pack.Index.EntryLength(location.Rank);
        while (offset < end)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            var step = (int)Math.Min(chunk.Length, end - offset);
            pack.Read(offset, chunk.AsSpan(0, step));
            checksum.Append(chunk.AsSpan(0, step));
            await _output.WriteAsync(chunk.AsMemory(0, step), _cancellationToken).ConfigureAwait(false);
            offset += step;
        }

        return pack.Index.HasEntryChecksums && checksum.GetCurrentHashAsUInt32() != pack.Index.EntryChecksum(location.Rank)
            ? throw pack.Corrupt(location.Rank, "its bytes do not match the CRC-32 of the index")
            : (outcome, baseLocation);
    }

    private Outcome Decide(RepositoryPack pack, ObjectLocation location, PackedEntry entry, out ObjectLocation baseLocation)
    {
        var kind = _reached[location];
        if (!entry.IsDelta)
        {
            baseLocation = default;
            return (ObjectKind)entry.Kind == kind ? Outcome.Copied : throw WrongKind(pack, location, (ObjectKind)entry.Kind, kind);
        }

        baseLocation = _store.Canonical(location.Source, entry.BaseRank);
        var baseKind = _reached[baseLocation];
        if (baseKind == ObjectKind.None)
        {
            return Outcome.StoreWhole;
        }

        return baseKind != kind ? throw WrongKind(pack, location, baseKind, kind)
            : _offsets[baseLocation.Source][baseLocation.Rank] == 0 ? Outcome.BaseFirst : Outcome.Copied;
    }

    private void AppendHeader(ObjectLocation location, PackedEntry entry, ObjectLocation baseLocation)
    {
        var position = _output.PackPosition;
        _offsets[location.Source][location.Rank] = position;
        Span<byte> header = stackalloc byte[HeaderSlack];
        var length = VariableInteger.WriteEntryHeader(header, entry.IsDelta ? PackEntryKind.OffsetDelta : entry.Kind, entry.Size);
        if (entry.IsDelta)
        {
            length += VariableInteger.WriteDistance(header[length..], position - _offsets[baseLocation.Source][baseLocation.Rank]);
        }

        _output.Append(header[..length]);
    }

    private async Task WriteLooseAsync(int position, ObjectKind kind)
    {
        LooseObject loose;
        try
        {
            loose = _store.Loose.Open(position);
        }
        catch (RepositoryChangedException)
        {
            // A gc has packed it since the walk.
            var (reader, store, location) = _rescued.Find(_store.Loose.Id(position), _cancellationToken);
            await StoreWholeAsync(reader, location, store, kind).ConfigureAwait(false);
            Step();
            return;
        }

        using (loose)
        {
            if (loose.Kind != kind)
            {
                throw loose.Corrupt($"it is named as a {ObjectHeader.Text(kind)} but is a {ObjectHeader.Text(loose.Kind)}");
            }

            await WriteEntryHeaderAsync(kind, loose.Size).ConfigureAwait(false);
            await DeflateAsync(loose).ConfigureAwait(false);
        }

        Step();
    }

    private async Task DeflateAsync(LooseObject loose)
    {
        using var hash = _store.Format.CreateHash();
        var chunk = Chunk();
        hash.AppendData(chunk, 0, ObjectHeader.Write(chunk, loose.Kind, loose.Size));
        var length = 0L;
        var deflater = loose.Size == 0 ? null : new ZLibStream(_output, CompressionLevel.Optimal, leaveOpen: true);
        try
        {
            while (length <= loose.Size && loose.Read(chunk) is var count and > 0)
            {
                length += count;
                hash.AppendData(chunk, 0, count);
                if (deflater is not null)
                {
                    await deflater.WriteAsync(chunk.AsMemory(0, count), _cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (deflater is not null)
            {
                await deflater.DisposeAsync().ConfigureAwait(false);
            }
        }

        if (length != loose.Size)
        {
            throw loose.Corrupt("its length is not the declared one");
        }

        if (deflater is null)
        {
            await _output.WriteAsync(EmptyStream, _cancellationToken).ConfigureAwait(false);
        }

        if (hash.Finish() != loose.Id)
        {
            throw loose.Corrupt("its content does not hash to its name");
        }
    }

    /// <summary>Gets the zlib stream of nothing: a deflater that was given nothing need not write one.</summary>
    public static ReadOnlyMemory<byte> EmptyStream { get; } = new byte[] { 0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01 };

    private async Task<long> StoreWholeAsync(ObjectReader reader, ObjectLocation location, ObjectStore store, ObjectKind kind)
    {
        int size;
        try
        {
            Deflate(reader, location, store, kind, out size);
        }
        catch (LargeObjectException)
        {
            return await StoreLargeAsync(location, store, kind).ConfigureAwait(false);
        }

        var position = _output.PackPosition;
        await WriteEntryHeaderAsync(kind, size).ConfigureAwait(false);
        await _output.WriteAsync(_deflated.GetBuffer().AsMemory(0, (int)_deflated.Length), _cancellationToken).ConfigureAwait(false);
        if (_deflated.Capacity > PackOutput.Capacity)
        {
            _deflated.SetLength(0);
            _deflated.Capacity = 0;
        }

        return position;
    }

    private async Task<long> StoreLargeAsync(ObjectLocation location, ObjectStore store, ObjectKind kind)
    {
        using var content = _large.Read(store, location, kind, _cancellationToken);
        var position = _output.PackPosition;
        await WriteEntryHeaderAsync(kind, content.Length).ConfigureAwait(false);
        var chunk = Chunk();
        var deflater = new ZLibStream(_output, CompressionLevel.Optimal, leaveOpen: true);
        await using (deflater.ConfigureAwait(false))
        {
            for (var offset = 0L; offset < content.Length; offset += chunk.Length)
            {
                var step = (int)Math.Min(chunk.Length, content.Length - offset);
                content.Read(offset, chunk.AsSpan(0, step));
                await deflater.WriteAsync(chunk.AsMemory(0, step), _cancellationToken).ConfigureAwait(false);
            }
        }

        return position;
    }

    private void Deflate(ObjectReader reader, ObjectLocation location, ObjectStore store, ObjectKind kind, out int size)
    {
        var content = reader.Read(location, out var actual);
        size = content.Length;
        using var hash = store.Format.CreateHash();
        Span<byte> header = stackalloc byte[ObjectHeader.MaxLength];
        hash.AppendData(header[..ObjectHeader.Write(header, actual, content.Length)]);
        hash.AppendData(content);
        if (actual != kind || hash.Finish() != store.Id(location))
        {
            throw new GitDamagedException(
                $"The repository is corrupt: the content of object {store.Id(location).ToHex(store.Format)} does not hash to its name, or is not the {ObjectHeader.Text(kind)} that it is named as.");
        }

        _deflated.SetLength(0);
        if (content.IsEmpty)
        {
            _deflated.Write(EmptyStream.Span);
            return;
        }

        using var deflater = new ZLibStream(_deflated, CompressionLevel.Optimal, leaveOpen: true);
        deflater.Write(content);
    }

    private async ValueTask WriteEntryHeaderAsync(ObjectKind kind, long size)
    {
        await _output.ReserveAsync(HeaderSlack).ConfigureAwait(false);
        Span<byte> header = stackalloc byte[HeaderSlack];
        _output.Append(header[..VariableInteger.WriteEntryHeader(header, (PackEntryKind)kind, size)]);
    }

    private byte[] Chunk() => _chunk.Length > 0 ? _chunk : _chunk = GC.AllocateUninitializedArray<byte>(CopyLength);

    private void Step()
    {
        if (++_written % ReportEvery == 0)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            _report(_written);
        }
    }

    private static GitException WrongKind(RepositoryPack pack, ObjectLocation location, ObjectKind actual, ObjectKind expected)
        => pack.Corrupt(location.Rank, $"it is named as a {ObjectHeader.Text(expected)} but is a {ObjectHeader.Text(actual)}");
}
