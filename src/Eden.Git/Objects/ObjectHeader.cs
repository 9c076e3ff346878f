using System.Buffers.Text;

namespace Eden.Git.Objects;

/// <summary>The prefix that git hashes before an object's content: kind, a space, the length in decimal, a NUL.</summary>
internal static class ObjectHeader
{
    /// <summary>The longest prefix: "commit", a space, 19 digits, a NUL; rounded up.</summary>
    public const int MaxLength = 32;

    public static ReadOnlySpan<byte> Name(ObjectKind kind) => kind switch
    {
        ObjectKind.Commit => "commit"u8,
        ObjectKind.Tree => "tree"u8,
        ObjectKind.Blob => "blob"u8,
        ObjectKind.Tag => "tag"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of object."),
    };

    public static string Text(ObjectKind kind) => kind switch
    {
        ObjectKind.Commit => "commit",
        ObjectKind.Tree => "tree",
        ObjectKind.Blob => "blob",
        ObjectKind.Tag => "tag",
        _ => "object",
    };

    /// <summary>Returns the kind of that name, or <see cref="ObjectKind.None"/>.</summary>
    public static ObjectKind Parse(ReadOnlySpan<byte> name)
        => name.SequenceEqual("commit"u8) ? ObjectKind.Commit
            : name.SequenceEqual("tree"u8) ? ObjectKind.Tree
            : name.SequenceEqual("blob"u8) ? ObjectKind.Blob
            : name.SequenceEqual("tag"u8) ? ObjectKind.Tag
            : ObjectKind.None;

    /// <summary>Writes the prefix to the start of <paramref name="destination"/> and returns its length.</summary>
    public static int Write(Span<byte> destination, ObjectKind kind, long length)
    {
        var name = Name(kind);
        name.CopyTo(destination);
        destination[name.Length] = (byte)' ';
        if (!Utf8Formatter.TryFormat(length, destination[(name.Length + 1)..], out var digits))
        {
            throw new ArgumentException("The header does not fit.", nameof(destination));
        }

        destination[name.Length + 1 + digits] = 0;
        return name.Length + digits + 2;
    }

    /// <summary>Writes the prefix so that it ends where the content begins, and returns where it starts.</summary>
    /// <param name="buffer">Holds at least <see cref="MaxLength"/> bytes before the content.</param>
    /// <param name="contentStart">Where the content begins.</param>
    /// <param name="kind">The object's kind.</param>
    /// <param name="length">The content's length.</param>
    public static int WriteBefore(Span<byte> buffer, int contentStart, ObjectKind kind, long length)
    {
        Span<byte> header = stackalloc byte[MaxLength];
        var written = Write(header, kind, length);
        header[..written].CopyTo(buffer[(contentStart - written)..]);
        return contentStart - written;
    }
}
