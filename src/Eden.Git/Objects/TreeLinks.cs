namespace Eden.Git.Objects;

/// <summary>Steps through the entries of a tree. A view of the content; nothing is copied.</summary>
/// <remarks>Asks for what git asks for when it walks a tree: an octal mode, a space, a name that is not empty, a NUL, a whole id.
/// Order, duplicates and odd modes are left to <c>git fsck</c>.</remarks>
internal ref struct TreeLinks
{
    private readonly int _hashLength;
    private ReadOnlySpan<byte> _rest;

    public TreeLinks(ReadOnlySpan<byte> content, GitObjectFormat format)
    {
        _rest = content;
        _hashLength = format.HashLength();
    }

    /// <summary>Gets what the current entry names: a tree, a blob, or <see cref="ObjectKind.Commit"/> for a submodule, which is not followed.</summary>
    public ObjectKind TargetKind { get; private set; }

    public readonly ObjectHash Target => ObjectHash.FromBytes(TargetBytes);

    /// <summary>Gets the raw id of what the current entry names.</summary>
    public ReadOnlySpan<byte> TargetBytes { get; private set; }

    /// <summary>Gets how many bytes follow the current entry.</summary>
    public readonly int Left => _rest.Length;

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Gets what is wrong with the tree once <see cref="MoveNext"/> has returned <see langword="false"/>; <see langword="null"/> when it was read to its end.</summary>
    public string? Fault { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var mode = 0u;
        var position = 0;
        while (position < _rest.Length && _rest[position] is >= (byte)'0' and <= (byte)'7')
        {
            mode = unchecked((mode << 3) + (uint)(_rest[position++] - '0'));
        }

        if (position == 0 || position >= _rest.Length || _rest[position] != (byte)' ')
        {
            return Stop("the tree has an entry with a malformed mode");
        }

        var name = _rest[(position + 1)..];
        var length = name.IndexOf((byte)0);
        if (length <= 0)
        {
            return Stop(length == 0 ? "the tree has an entry with an empty name" : "the tree ends inside an entry");
        }

        if (name.Length - length - 1 < _hashLength)
        {
            return Stop("the tree ends inside an entry");
        }

        Name = name[..length];
        TargetBytes = name.Slice(length + 1, _hashLength);

        // As git reads modes: directories, then files and links; whatever else there is counts as a submodule.
        TargetKind = (mode & 0xF000) switch
        {
            0x4000 => ObjectKind.Tree,
            0x8000 or 0xA000 => ObjectKind.Blob,
            _ => ObjectKind.Commit,
        };
        _rest = name[(length + 1 + _hashLength)..];
        return true;
    }

    private bool Stop(string fault)
    {
        Fault = fault;
        _rest = default;
        return false;
    }
}
