using Eden.Git.Inflation;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Repositories;

/// <summary>Resolves packed objects that memory should not hold: the base and the result of each delta lie in temporary files, two at a time.</summary>
/// <remarks>One thread's own.</remarks>
internal sealed class LargeObjects(long maxObjectBytes, string? temporaryDirectory) : IDisposable
{
    private const int WindowLength = 1 << 18;

    // Kind and size, then a distance or an id.
    private const int LongestEntryHeader = VariableInteger.MaxLength + 32;

    private readonly SpillFiles _files = new(temporaryDirectory);
    private readonly Inflater _inflater = new();

    /// <summary>Returns the content of an object in a file; the caller disposes it.</summary>
    /// <exception cref="RepositoryChangedException">The pack is gone.</exception>
    /// <exception cref="GitException">The object is damaged, of another kind or larger than the limit.</exception>
    public ResolvedObject Read(ObjectStore store, ObjectLocation location, ObjectKind kind, CancellationToken cancellationToken)
    {
        // A handle of its own: whatever a gc deletes meanwhile, this object stays readable.
        var pack = store.Packs[location.Source];
        using var handle = pack.Open();
        var file = new PackFile(handle, 0, pack.Length, store.Format.HashLength());
        var window = new PackWindow(file, (int)Math.Min(WindowLength, pack.Length), cancellationToken);
        var chain = new Stack<int>([location.Rank]);
        var entry = ReadEntry(pack, location.Rank);
        while (entry.IsDelta)
        {
            chain.Push(entry.BaseRank);
            if (chain.Count > pack.Index.Count)
            {
                throw pack.Corrupt(location.Rank, "its delta chain goes round in a circle");
            }

            entry = ReadEntry(pack, entry.BaseRank);
        }

        if ((ObjectKind)entry.Kind != kind)
        {
            throw pack.Corrupt(location.Rank, $"it is named as a {ObjectHeader.Text(kind)} but is a {ObjectHeader.Text((ObjectKind)entry.Kind)}");
        }

        ResolvedObject? content = null;
        try
        {
            var id = default(ObjectHash);
            while (chain.TryPop(out var rank))
            {
                var source = content;
                content = Resolve(store.Format, pack, rank, kind, source, window, out id, cancellationToken);
                source?.Dispose();
            }

            return content is not null && id == store.Id(location) ? content : throw pack.Corrupt(location.Rank, "its content does not hash to its name");
        }
        catch
        {
            content?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    private static PackedEntry ReadEntry(RepositoryPack pack, int rank)
    {
        Span<byte> header = stackalloc byte[LongestEntryHeader];
        header = header[..(int)Math.Min(header.Length, pack.Index.EntryLength(rank))];
        pack.Read(pack.Index.Offset(rank), header);
        return pack.ReadEntry(rank, header);
    }

    private ResolvedObject Resolve(
        GitObjectFormat format, RepositoryPack pack, int rank, ObjectKind kind, ResolvedObject? source, PackWindow window, out ObjectHash id, CancellationToken cancellationToken)
    {
        var entry = ReadEntry(pack, rank);
        CheckSize(pack, rank, entry.Size);
        window.Seek(pack.Index.Offset(rank) + entry.HeaderLength);
        var file = _files.Create();
        try
        {
            using var hash = format.CreateHash();
            var sink = new ObjectSink(format, hash, file, null, cancellationToken);
            InflateStatus status;
            if (source is null)
            {
                sink.Begin(kind, entry.Size);
                status = _inflater.Inflate(window, entry.Size, sink);
            }
            else
            {
                var patch = new DeltaStream(source, size =>
                {
                    CheckSize(pack, rank, size);
                    sink.Begin(kind, size);
                    return sink;
                });
                status = _inflater.Inflate(window, entry.Size, patch);
                if (status == InflateStatus.Done && (entry.Size < DeltaPatch.MinLength || !patch.IsComplete))
                {
                    throw pack.Corrupt(rank, "its delta is malformed or does not fit its base");
                }
            }

            if (status != InflateStatus.Done)
            {
                throw pack.Corrupt(rank, $"it does not inflate ({status})");
            }

            id = sink.Finish();
            return ResolvedObject.InFile(file, sink.Length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void CheckSize(RepositoryPack pack, int rank, long size)
    {
        if (size > maxObjectBytes)
        {
            throw pack.TooLarge(rank, $"its {size} bytes are more than the limit of {maxObjectBytes}");
        }
    }
}
