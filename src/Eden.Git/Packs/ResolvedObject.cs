using System.Buffers;
using Eden.Git.Objects;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Packs;

/// <summary>The content of an object while deltas need it: in a pooled buffer, or in a temporary file when it is large or memory is short.</summary>
internal sealed class ResolvedObject : IDisposable
{
    /// <summary>The object's header is hashed with the content in one go: it fits before it.</summary>
    public const int Prefix = ObjectHeader.MaxLength;

    // The inflater works quicker with some room behind the content.
    private const int Slack = 16;

    private byte[]? _buffer;
    private SafeFileHandle? _file;
    private long _filePosition;
    private readonly bool _ownsFile;
    private ulong[]? _entryStarts;

    private ResolvedObject(byte[]? buffer, SafeFileHandle? file, long length)
    {
        _buffer = buffer;
        _file = file;
        _ownsFile = file is not null;
        _filePosition = file is null ? -1 : 0;
        Length = length;
    }

    public long Length { get; }

    /// <summary>Gets a value indicating whether the content is in a file and not in memory.</summary>
    public bool IsSpilled => _buffer is null;

    /// <summary>Gets a value indicating whether the content is too large to come back to memory.</summary>
    public bool IsLarge => _ownsFile;

    /// <summary>Gets the content of an object in memory.</summary>
    public ReadOnlySpan<byte> Bytes => Buffer.AsSpan(Prefix, (int)Length);

    /// <summary>Gets where the entries of a tree begin, for the trees that deltas make of it; empty when that is not known.</summary>
    public TreeEntryStarts EntryStarts => _entryStarts is null ? default : new TreeEntryStarts(_entryStarts.AsSpan(0, TreeEntryStarts.WordCount((int)Length)));

    /// <summary>Gets the whole buffer: prefix, content, slack.</summary>
    public byte[] Buffer => _buffer ?? throw new InvalidOperationException("The object is not in memory.");

    public static ResolvedObject InMemory(int length) => new(ArrayPool<byte>.Shared.Rent(Prefix + length + Slack), null, length);

    /// <summary>Makes room to note where the entries of a tree in memory begin.</summary>
    public TreeEntryStarts NoteEntryStarts()
    {
        _entryStarts ??= ArrayPool<ulong>.Shared.Rent(TreeEntryStarts.WordCount((int)Length));
        EntryStarts.Clear();
        return EntryStarts;
    }

    /// <summary>Takes a file of its own, which deletes itself when it is closed.</summary>
    public static ResolvedObject InFile(SafeFileHandle file, long length) => new(null, file, length);

    /// <summary>Reads from an object in a file; the caller stays within its length.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(_file!, destination, _filePosition + offset);
            if (read == 0)
            {
                throw new EndOfStreamException("A temporary file was cut off while it was in use.");
            }

            offset += read;
            destination = destination[read..];
        }
    }

    /// <summary>Gets where in the shared file the content is, in memory again or not; -1 when it was never there.</summary>
    public long SharedPosition => _ownsFile ? -1 : _filePosition;

    /// <summary>Moves the content from memory to a place in a shared file; once it has been there, it keeps its place and is not written again.</summary>
    public void Spill(SafeFileHandle file, long position)
    {
        if (_filePosition < 0)
        {
            RandomAccess.Write(file, Bytes, position);
            _filePosition = position;
        }

        _file = file;
        ArrayPool<byte>.Shared.Return(Buffer);
        _buffer = null;
        DropEntryStarts();
    }

    /// <summary>Brings the content back from the shared file.</summary>
    public void Load()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Prefix + (int)Length + Slack);
        Read(0, buffer.AsSpan(Prefix, (int)Length));
        _buffer = buffer;
        _file = null;
    }

    public void Dispose()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

        if (_ownsFile)
        {
            _file?.Dispose();
        }

        _file = null;
        DropEntryStarts();
    }

    private void DropEntryStarts()
    {
        if (_entryStarts is not null)
        {
            ArrayPool<ulong>.Shared.Return(_entryStarts);
            _entryStarts = null;
        }
    }
}
