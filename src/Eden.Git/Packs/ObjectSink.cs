using System.Security.Cryptography;
using Eden.Git.Inflation;
using Eden.Git.Objects;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Packs;

/// <summary>Takes the content of a large object piece by piece: hashes it, hands on the entries of a tree, keeps it in a file when a delta will need it.</summary>
internal sealed class ObjectSink(
    GitObjectFormat format, IncrementalHash hash, SafeFileHandle? keep, Action<ObjectHash, ObjectKind>? treeLink, CancellationToken cancellationToken) : IInflateSink
{
    // No file system lets a name come near this; without a bound an entry without an end would be held as a whole.
    private const int LongestTreeEntry = 1 << 20;

    private readonly List<byte> _carried = [];
    private bool _isTree;

    public long Length { get; private set; }

    /// <summary>Gets a value indicating whether the content is a tree that cannot be read.</summary>
    public bool IsMalformedTree { get; private set; }

    /// <summary>Starts an object of a known kind and length.</summary>
    public void Begin(ObjectKind kind, long length)
    {
        Span<byte> header = stackalloc byte[ObjectHeader.MaxLength];
        hash.AppendData(header[..ObjectHeader.Write(header, kind, length)]);
        Length = 0;
        _isTree = kind == ObjectKind.Tree && treeLink is not null;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        hash.AppendData(bytes);
        if (keep is not null)
        {
            RandomAccess.Write(keep, bytes, Length);
        }

        Length += bytes.Length;
        if (_isTree && !IsMalformedTree)
        {
            TakeTree(bytes);
        }
    }

    public ObjectHash Finish()
    {
        IsMalformedTree |= _carried.Count > 0;
        return hash.Finish();
    }

    private void TakeTree(ReadOnlySpan<byte> bytes)
    {
        _carried.AddRange(bytes);
        var content = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_carried);

        // Only whole entries: the last NUL with an id behind it, found by walking.
        var consumed = 0;
        while (true)
        {
            var rest = content[consumed..];
            var end = rest.IndexOf((byte)0);
            if (end < 0 || rest.Length - end - 1 < format.HashLength())
            {
                break;
            }

            var length = end + 1 + format.HashLength();
            var links = new TreeLinks(rest[..length], format);
            if (!links.MoveNext())
            {
                IsMalformedTree = true;
                return;
            }

            treeLink!(links.Target, links.TargetKind);
            consumed += length;
        }

        IsMalformedTree = content.Length - consumed > LongestTreeEntry;
        _carried.RemoveRange(0, consumed);
    }
}
