using System.Buffers.Text;
using System.IO.Compression;
using Eden.Git.Objects;

namespace Eden.Git.Repositories;

/// <summary>One loose object, opened: its header is read, its content follows as a stream that is checked against the header's length
/// and the object's id at its end.</summary>
internal sealed class LooseObject : IDisposable
{
    private readonly Stream _file;
    private readonly ZLibStream _inflated;
    private readonly string _path;

    private LooseObject(string path, Stream file, ObjectHash id)
    {
        _path = path;
        _file = file;
        _inflated = new ZLibStream(file, CompressionMode.Decompress, leaveOpen: true);
        Id = id;
    }

    public ObjectHash Id { get; }

    public ObjectKind Kind { get; private set; }

    /// <summary>Gets the content's length as the header declares it.</summary>
    public long Size { get; private set; }

    public static LooseObject Open(string path, ObjectHash id)
    {
        FileStream file;
        try
        {
            file = RepositoryFile.OpenStream(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RepositoryChangedException($"The loose object \"{path}\" is missing.", missing);
        }

        return Open(path, file, id);
    }

    /// <summary>Makes the object that git knows without a file.</summary>
    public static LooseObject EmptyTree(ObjectHash id)
    {
        var file = new MemoryStream();
        using (var deflater = new ZLibStream(file, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write("tree 0\0"u8);
        }

        file.Position = 0;
        return Open("the empty tree", file, id);
    }

    /// <summary>Reads some of the content; 0 at its end.</summary>
    public int Read(Span<byte> bytes)
    {
        try
        {
            return _inflated.Read(bytes);
        }
        catch (InvalidDataException damage)
        {
            throw Corrupt("it does not inflate", damage);
        }
    }

    /// <summary>Reads the whole content, which must be as long as declared and hash to the object's id.</summary>
    public byte[] ReadAll(GitObjectFormat format, long limit)
    {
        if (Size > limit || Size > Array.MaxLength)
        {
            throw new GitException($"The loose object \"{_path}\" is too large: its {Size} bytes are more than the limit of {limit}.");
        }

        // The file bounds what can come out of it, so a lie about the size is found before memory is spent on it.
        if (Size / 1100 > _file.Length)
        {
            throw Corrupt("its declared length is more than its file can hold");
        }

        var content = GC.AllocateUninitializedArray<byte>((int)Size);
        var filled = 0;
        while (filled < content.Length && Read(content.AsSpan(filled)) is var count and > 0)
        {
            filled += count;
        }

        Span<byte> more = stackalloc byte[1];
        if (filled < content.Length || Read(more) != 0)
        {
            throw Corrupt("its length is not the declared one");
        }

        using var hash = format.CreateHash();
        Span<byte> header = stackalloc byte[ObjectHeader.MaxLength];
        hash.AppendData(header[..ObjectHeader.Write(header, Kind, Size)]);
        hash.AppendData(content);
        return hash.Finish() == Id ? content : throw Corrupt("its content does not hash to its name");
    }

    public GitException Corrupt(string fault, Exception? cause = null)
        => new GitDamagedException($"The loose object \"{_path}\" is corrupt: {fault}.", cause);

    /// <inheritdoc/>
    public void Dispose()
    {
        _inflated.Dispose();
        _file.Dispose();
    }

    private static LooseObject Open(string path, Stream file, ObjectHash id)
    {
        var loose = new LooseObject(path, file, id);
        try
        {
            loose.ReadHeader();
            return loose;
        }
        catch
        {
            loose.Dispose();
            throw;
        }
    }

    private void ReadHeader()
    {
        Span<byte> header = stackalloc byte[ObjectHeader.MaxLength];
        var length = 0;
        do
        {
            // One byte at a time out of zlib's own window: what follows the header stays in the stream.
            if (length == header.Length || Read(header.Slice(length, 1)) == 0)
            {
                throw Corrupt("it has no object header");
            }
        }
        while (header[length++] != 0);

        var text = header[..(length - 1)];
        var space = text.IndexOf((byte)' ');
        Kind = space > 0 ? ObjectHeader.Parse(text[..space]) : ObjectKind.None;
        if (Kind == ObjectKind.None
            || !Utf8Parser.TryParse(text[(space + 1)..], out long size, out var digits)
            || size < 0 || digits != text.Length - space - 1)
        {
            throw Corrupt("its object header is malformed");
        }

        Size = size;
    }
}
