using Eden.Git.Objects;
using Eden.Git.Packs;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Repositories;

/// <summary>A pack of a repository: its file and its index. While the file is kept open it stays readable even when a concurrent gc deletes it.</summary>
/// <remarks>Read by position rather than mapped: a mapping counts as memory of ours, and a pack that is cut short under one is a crash,
/// not an error. Thread-safe.</remarks>
internal sealed class RepositoryPack : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly GitObjectFormat _format;

    private RepositoryPack(string path, SafeFileHandle? file, long length, PackIndexFile index, GitObjectFormat format)
    {
        Path = path;
        Length = length;
        _file = file;
        _format = format;
        Index = index;
    }

    public string Path { get; }

    /// <summary>Gets the length of the pack file.</summary>
    public long Length { get; }

    public PackIndexFile Index { get; }

    /// <summary>Opens a pack by the path of its index; null when either file is gone: deleted meanwhile, or left over from a deletion.</summary>
    /// <param name="indexPath">The path of the index.</param>
    /// <param name="format">The repository's object format.</param>
    /// <param name="keepOpen">Whether to keep the file open; otherwise each read opens it anew, because a process may not have that many files open.</param>
    /// <exception cref="GitException">Index or pack are damaged, or the pack belongs to a partial clone.</exception>
    public static RepositoryPack? TryOpen(string indexPath, GitObjectFormat format, bool keepOpen)
    {
        var path = System.IO.Path.ChangeExtension(indexPath, ".pack");
        SafeFileHandle? file = null;
        try
        {
            file = RepositoryFile.Open(path);
            using var indexFile = RepositoryFile.Open(indexPath);
            var length = RandomAccess.GetLength(file);
            Span<byte> start = stackalloc byte[PackHeader.Length];
            Span<byte> trailer = stackalloc byte[format.HashLength()];
            if (length < PackHeader.Length + trailer.Length
                || RandomAccess.Read(file, start, 0) != start.Length
                || RandomAccess.Read(file, trailer, length - trailer.Length) != trailer.Length)
            {
                throw new GitDamagedException($"The pack \"{path}\" is corrupt: it is too short to be one.");
            }

            if (!PackHeader.TryRead(start, out var header, out var fault))
            {
                throw new GitDamagedException($"The pack \"{path}\" is corrupt: {fault}.");
            }

            var index = PackIndexFile.Read(indexFile, indexPath, format, length);
            if (header.EntryCount != (uint)index.Count || ObjectHash.FromBytes(trailer) != index.PackChecksum)
            {
                throw new GitDamagedException($"The pack \"{path}\" is corrupt: it is not the one that its index describes.");
            }

            if (keepOpen)
            {
                return new RepositoryPack(path, file, length, index, format);
            }

            file.Dispose();
            return new RepositoryPack(path, null, length, index, format);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            file?.Dispose();
            return null;
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    public ObjectHash Id(int rank) => ObjectHash.FromBytes(Index.Name(rank));

    /// <summary>Opens the file once more; the caller disposes the handle.</summary>
    /// <exception cref="RepositoryChangedException">The pack is gone.</exception>
    public SafeFileHandle Open()
    {
        try
        {
            return RepositoryFile.Open(Path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RepositoryChangedException($"The pack \"{Path}\" is gone.", missing);
        }
    }

    /// <summary>Fills a span from an offset.</summary>
    /// <exception cref="GitException">The pack ends before.</exception>
    /// <exception cref="RepositoryChangedException">The pack is not kept open, and gone.</exception>
    public void Read(long offset, Span<byte> bytes)
    {
        if (_file is not null)
        {
            Read(_file, offset, bytes);
            return;
        }

        using var file = Open();
        Read(file, offset, bytes);
    }

    /// <summary>Hashes the whole pack: what stands in for the entry checksums that an index of version 1 does not have.</summary>
    /// <exception cref="GitException">The pack does not match its checksum.</exception>
    public void VerifyChecksum(CancellationToken cancellationToken)
    {
        using var hash = _format.CreateHash();
        var buffer = new byte[1 << 18];
        var end = Length - _format.HashLength();
        for (var offset = 0L; offset < end; offset += buffer.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = (int)Math.Min(buffer.Length, end - offset);
            Read(offset, buffer.AsSpan(0, step));
            hash.AppendData(buffer, 0, step);
        }

        if (hash.Finish() != Index.PackChecksum)
        {
            throw new GitDamagedException($"The pack \"{Path}\" is corrupt: it does not match its checksum.");
        }
    }

    /// <summary>Parses the header at the start of an entry's bytes.</summary>
    /// <exception cref="GitException">The header is malformed or names a base that the pack does not have.</exception>
    public PackedEntry ReadEntry(int rank, ReadOnlySpan<byte> bytes)
    {
        if (!VariableInteger.TryReadEntryHeader(bytes, out var kind, out var size, out var length))
        {
            throw Corrupt(rank, "its header is malformed");
        }

        switch (kind)
        {
            case PackEntryKind.Commit or PackEntryKind.Tree or PackEntryKind.Blob or PackEntryKind.Tag:
                return new PackedEntry(kind, size, length, -1);
            case PackEntryKind.OffsetDelta:
                var offset = Index.Offset(rank);
                if (!VariableInteger.TryReadDistance(bytes[length..], out var distance, out var distanceLength) || distance <= 0 || distance > offset)
                {
                    throw Corrupt(rank, "its base offset is malformed");
                }

                return new PackedEntry(kind, size, length + distanceLength, Base(rank, Index.FindOffset(offset - distance, rank)));
            case PackEntryKind.ReferenceDelta:
                var hashLength = _format.HashLength();
                return bytes.Length - length < hashLength
                    ? throw Corrupt(rank, "its base id is cut off")
                    : new PackedEntry(kind, size, length + hashLength, Base(rank, Index.Find(bytes.Slice(length, hashLength))));
            default:
                throw Corrupt(rank, "its kind is not known");
        }
    }

    public GitException Corrupt(int rank, string fault)
        => new GitDamagedException($"The pack \"{Path}\" is corrupt: object {Id(rank).ToHex(_format)} at offset {Index.Offset(rank)}: {fault}.");

    /// <summary>Refuses an object that is as it should be, but more than may be read.</summary>
    public GitException TooLarge(int rank, string fault)
        => new GitException($"The pack \"{Path}\" has an object that is too large: {Id(rank).ToHex(_format)} at offset {Index.Offset(rank)}: {fault}.");

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Read(SafeFileHandle file, long offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(file, bytes, offset);
            if (count == 0)
            {
                throw new GitDamagedException($"The pack \"{Path}\" is corrupt: it was cut short.");
            }

            bytes = bytes[count..];
            offset += count;
        }
    }

    private int Base(int rank, int baseRank) => baseRank >= 0 && baseRank != rank
        ? baseRank
        : throw Corrupt(rank, "the base of its delta is not in the pack");
}
