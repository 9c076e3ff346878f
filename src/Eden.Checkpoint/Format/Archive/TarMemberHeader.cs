namespace Eden.Checkpoint.Format.Archive;

/// <summary>What the headers before a member say of it, extended ones included.</summary>
/// <param name="Offset">Where the member's own header starts, in bytes from the start of the archive.</param>
/// <param name="Name">The name as it stands there.</param>
/// <param name="Type">The type flag.</param>
/// <param name="Size">The length of the content in bytes.</param>
internal readonly record struct TarMemberHeader(long Offset, string Name, char Type, long Size)
{
    /// <summary>Gets a value indicating whether it is a file; before POSIX a directory was a file whose name ends in a slash.</summary>
    public bool IsFile => Type is '0' or '\0' or '7' && !Name.EndsWith('/');

    public bool IsDirectory => Type is '5' || (Type is '0' or '\0' && Name.EndsWith('/'));

    /// <summary>Gets what the member is, for messages.</summary>
    public string Kind => Type switch
    {
        '0' or '\0' or '7' => IsDirectory ? "a directory" : "a file",
        '1' => "a hard link",
        '2' => "a symbolic link",
        '3' => "a character device",
        '4' => "a block device",
        '5' => "a directory",
        '6' => "a FIFO",
        'S' => "a sparse file",
        'M' => "a part of a multi-volume file",
        'V' => "a volume label",
        'D' => "a GNU directory listing",
        _ => $"of the unknown type 0x{(int)Type:x2}",
    };
}
