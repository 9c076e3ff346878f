using Eden.Git.Inflation;

namespace Eden.Git.Packs;

/// <summary>A window that slides over the entries of a pack. Not thread-safe: each reader has its own.</summary>
internal sealed class PackWindow : InflateInput
{
    private readonly PackFile _pack;
    private readonly int _step;
    private readonly CancellationToken _cancellationToken;
    private long _bufferOffset;
    private long _readEnd;

    /// <param name="pack">The pack.</param>
    /// <param name="step">How much is read at a time.</param>
    /// <param name="cancellationToken">Looked at before each read, so that one endless object can be cancelled too.</param>
    public PackWindow(PackFile pack, int step, CancellationToken cancellationToken)
        : base(new byte[step + (4 * Rewindable)], 0, 0)
    {
        _pack = pack;
        _step = step;
        _cancellationToken = cancellationToken;
        _readEnd = pack.EntriesEnd;
    }

    /// <summary>Gets the offset of the next byte in the pack.</summary>
    public long Offset => _bufferOffset + Position;

    public void Seek(long offset)
    {
        var inside = offset - _bufferOffset;
        if (inside >= 0 && inside < End)
        {
            Position = (int)inside;
            return;
        }

        _bufferOffset = offset;
        Position = 0;
        End = 0;
    }

    /// <summary>Ends the input before the end of the entries, until it is called again. What is in the window already stays.</summary>
    public void ReadUpTo(long offset) => _readEnd = Math.Min(offset, _pack.EntriesEnd);

    /// <summary>Tries to have that many bytes at hand, and returns what there is: fewer only at the end of the entries.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        while (End - Position < count && Refill())
        {
        }

        return Buffer.AsSpan(Position, Math.Min(count, End - Position));
    }

    /// <inheritdoc/>
    public override bool Refill()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var kept = Math.Min(Position, Rewindable);
        var from = Position - kept;
        Buffer.AsSpan(from, End - from).CopyTo(Buffer);
        _bufferOffset += from;
        Position -= from;
        End -= from;
        var room = Math.Min(Math.Min(_step, Buffer.Length - End), _readEnd - _bufferOffset - End);
        if (room <= 0)
        {
            return false;
        }

        var read = _pack.Read(_bufferOffset + End, Buffer.AsSpan(End, (int)room));
        End += read;
        return read > 0;
    }
}
