using System.Runtime.InteropServices;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Repositories;

/// <summary>A resolved object in a buffer. What is behind the content belongs to it too: room for the inflater, and of a tree where its entries begin.</summary>
/// <remarks>No record: what that prints cannot hold a span, and native compilation finds its code invalid.</remarks>
/// <param name="buffer">The buffer.</param>
/// <param name="start">Where the content begins in it.</param>
/// <param name="length">The content's length.</param>
/// <param name="room">How many bytes the object takes altogether.</param>
/// <param name="kind">The object's kind.</param>
internal readonly struct CachedObject(byte[]? buffer, int start, int length, int room, ObjectKind kind)
{
    /// <summary>Room behind the content that lets the inflater copy in words.</summary>
    public const int Slack = 16;

    /// <summary>The longest content that fits in an array with all that may be kept behind it.</summary>
    public const int MaxLength = 0x7FFF_0000 / 9 * 8;

    public byte[]? Buffer { get; } = buffer;

    public int Start { get; } = start;

    public int Length { get; } = length;

    public int Room { get; } = room;

    public ObjectKind Kind { get; } = kind;

    public ReadOnlySpan<byte> Content => Buffer.AsSpan(Start, Length);

    /// <summary>Gets the content and the room behind it, to write it.</summary>
    public Span<byte> Space => Buffer.AsSpan(Start, Length + Slack);

    /// <summary>Gets where the entries begin; empty when there is no room for that.</summary>
    public TreeEntryStarts EntryStarts => Room > Length + Slack + sizeof(ulong)
        ? new TreeEntryStarts(MemoryMarshal.Cast<byte, ulong>(Buffer.AsSpan(Start + Aligned(Length), sizeof(ulong) * TreeEntryStarts.WordCount(Length))))
        : default;

    /// <summary>Returns how many bytes an object of a length takes.</summary>
    public static int RoomFor(int length, bool withEntryStarts)
        => withEntryStarts ? Aligned(length) + (sizeof(ulong) * TreeEntryStarts.WordCount(length)) : length + Slack;

    private static int Aligned(int length) => (length + Slack + sizeof(ulong) - 1) & -sizeof(ulong);
}
