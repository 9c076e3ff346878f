namespace Eden.Git.Inflation;

/// <summary>A window over compressed bytes that an <see cref="Inflater"/> reads from. The base class is a plain buffer; a derived one refills itself.</summary>
internal class InflateInput
{
    /// <summary>A refill keeps this many bytes before the position: the inflater hands back bytes that it looked at too early.</summary>
    protected const int Rewindable = 16;

    public InflateInput(byte[] buffer, int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)buffer.Length, nameof(start));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(buffer.Length - start), nameof(length));
        Buffer = buffer;
        Position = start;
        End = start + length;
    }

    /// <summary>Gets or sets the bytes in memory.</summary>
    public byte[] Buffer { get; protected set; }

    /// <summary>Gets or sets the next byte to read.</summary>
    public int Position { get; set; }

    /// <summary>Gets or sets the end of what the buffer holds.</summary>
    public int End { get; protected set; }

    /// <summary>Brings more bytes into the buffer and moves <see cref="Position"/> along; <see langword="false"/> when there are no more.</summary>
    public virtual bool Refill() => false;

    /// <summary>Points to other bytes.</summary>
    public void Reset(byte[] buffer, int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)buffer.Length, nameof(start));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(buffer.Length - start), nameof(length));
        Buffer = buffer;
        Position = start;
        End = start + length;
    }
}
