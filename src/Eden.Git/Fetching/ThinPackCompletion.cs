using System.IO.Compression;
using Eden.Git.Bundles;
using Eden.Git.Objects;
using Eden.Git.Packs;
using Eden.Git.Repositories;

namespace Eden.Git.Fetching;

/// <summary>Adds the objects to a thin pack that its deltas rest on, as git does: remotes leave out what the receiver has.</summary>
internal sealed class ThinPackCompletion : IDisposable
{
    private const int CacheBytes = 16 << 20;
    private const int ChunkLength = 1 << 18;

    private readonly ObjectStore _store;
    private readonly ObjectReader _reader;
    private readonly LargeObjects _large;
    private readonly CancellationToken _cancellationToken;

    private delegate int ContentReader(long offset, Span<byte> chunk);

    /// <param name="store">What the receiver has.</param>
    /// <param name="limits">The ceilings to apply.</param>
    /// <param name="temporaryDirectory">Where large objects are made.</param>
    /// <param name="cancellationToken">Observed before each object.</param>
    public ThinPackCompletion(ObjectStore store, GitLimits limits, string temporaryDirectory, CancellationToken cancellationToken)
    {
        _store = store;
        _cancellationToken = cancellationToken;
        _reader = new ObjectReader(store, limits.MaxObjectBytes, CacheBytes, ReusingPackWriter.MaxHeldBytes);
        _large = new LargeObjects(limits.MaxObjectBytes, temporaryDirectory);
    }

    /// <summary>Adds what the store has of some objects.</summary>
    /// <param name="pack">The pack's file, resolved as far as it goes. Its checksum is made anew.</param>
    /// <param name="entries">The pack's entries; those of the added objects follow.</param>
    /// <param name="ids">The objects.</param>
    /// <returns>The pack's checksum.</returns>
    /// <exception cref="GitException">An object that the store should have is damaged.</exception>
    public ObjectHash Add(FileStream pack, PackEntries entries, IEnumerable<ObjectHash> ids)
    {
        pack.Position = pack.Length - _store.Format.HashLength();

        // In the order in which they are stored, they are read quickest.
        foreach (var location in Find(ids))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Add(pack, entries, location);
        }

        pack.SetLength(pack.Position);
        return Finish(pack, entries.Count);
    }

    /// <inheritdoc/>
    public void Dispose() => _large.Dispose();

    private List<ObjectLocation> Find(IEnumerable<ObjectHash> ids)
    {
        var found = new List<ObjectLocation>();
        foreach (var id in ids)
        {
            if (_store.TryFind(id, out var location))
            {
                found.Add(location);
            }
        }

        found.Sort((left, right) => Place(left).CompareTo(Place(right)));
        return found;
        (int Source, long Offset) Place(ObjectLocation location)
            => (location.Source, _store.IsLoose(location) ? location.Rank : _store.Packs[location.Source].Index.Offset(location.Rank));
    }

    private void Add(FileStream pack, PackEntries entries, ObjectLocation location)
    {
        var offset = pack.Position;
        var kind = _reader.KindOf(location);
        var (size, headerLength) = _store.IsLoose(location) ? AddLoose(pack, location, kind) : AddPacked(pack, location, kind);
        entries.Add(offset, size, headerLength, (PackEntryKind)kind, -1, default);
    }

    private (long Size, int HeaderLength) AddLoose(FileStream pack, ObjectLocation location, ObjectKind kind)
    {
        using var loose = _store.Loose.Open(location.Rank);
        return (loose.Size, Write(pack, kind, loose.Size, (_, chunk) => loose.Read(chunk)));
    }

    private (long Size, int HeaderLength) AddPacked(FileStream pack, ObjectLocation location, ObjectKind kind)
    {
        try
        {
            var content = _reader.Read(location, out _);
            var headerLength = WriteHeader(pack, kind, content.Length);
            using var deflater = content.IsEmpty ? null : new ZLibStream(pack, CompressionLevel.Fastest, leaveOpen: true);
            deflater?.Write(content);
            return (content.Length, headerLength);
        }
        catch (LargeObjectException)
        {
            using var content = _large.Read(_store, location, kind, _cancellationToken);
            return (content.Length, Write(pack, kind, content.Length, (offset, chunk) =>
            {
                var step = (int)Math.Min(chunk.Length, content.Length - offset);
                content.Read(offset, chunk[..step]);
                return step;
            }));
        }
    }

    private int Write(FileStream pack, ObjectKind kind, long size, ContentReader read)
    {
        var headerLength = WriteHeader(pack, kind, size);
        using var deflater = size == 0 ? null : new ZLibStream(pack, CompressionLevel.Fastest, leaveOpen: true);
        var chunk = new byte[ChunkLength];
        for (var offset = 0L; read(offset, chunk) is var count and > 0; offset += count)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            deflater?.Write(chunk, 0, count);
        }

        return headerLength;
    }

    private static int WriteHeader(FileStream pack, ObjectKind kind, long size)
    {
        Span<byte> header = stackalloc byte[VariableInteger.MaxLength];
        var length = VariableInteger.WriteEntryHeader(header, (PackEntryKind)kind, size);
        pack.Write(header[..length]);
        if (size == 0)
        {
            // A deflater that was given nothing need not write anything.
            pack.Write(ReusingPackWriter.EmptyStream.Span);
        }

        return length;
    }

    private ObjectHash Finish(FileStream pack, int count)
    {
        Span<byte> header = stackalloc byte[PackHeader.Length];
        pack.Position = 0;
        pack.ReadExactly(header);
        if (!PackHeader.TryRead(header, out var declared, out var fault))
        {
            throw new PackDamageException(fault!);
        }

        (declared with { EntryCount = (uint)count }).Write(header);
        pack.Position = 0;
        pack.Write(header);
        pack.Flush();
        pack.Position = 0;
        using var hash = _store.Format.CreateHash();
        var chunk = new byte[ChunkLength];
        for (int read; (read = pack.Read(chunk)) > 0;)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(chunk, 0, read);
        }

        var checksum = hash.Finish();
        Span<byte> trailer = stackalloc byte[_store.Format.HashLength()];
        checksum.CopyTo(trailer);
        pack.Write(trailer);
        pack.Flush();
        return checksum;
    }
}
