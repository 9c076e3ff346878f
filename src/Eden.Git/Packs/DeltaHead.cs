using Eden.Git.Inflation;

namespace Eden.Git.Packs;

/// <summary>Reads the size that a compressed delta's result is to have, from the delta's first bytes. Not thread-safe.</summary>
internal sealed class DeltaHead : IInflateSink
{
    private const int MaxLength = 2 * VariableInteger.MaxLength;

    // A block's codes and the few symbols that are needed: more than any writer makes of them.
    private const int MaxCompressed = 1 << 10;

    // A byte that both sizes go on behind: what was not inflated ends neither.
    private const byte Unread = 0x80;

    private readonly byte[] _bytes = new byte[MaxLength + 32];
    private readonly InflateInput _input = new([], 0, 0);
    private int _taken;

    /// <summary>Tries to read it without moving the window.</summary>
    /// <returns><see langword="false"/> when the first bytes are stored, are a repetition, or are no delta's: inflate the delta into this instance then.</returns>
    public bool TryPeek(Inflater inflater, PackWindow window, out long resultSize)
    {
        _bytes.AsSpan().Fill(Unread);
        var compressed = window.Peek(MaxCompressed).Length;
        _input.Reset(window.Buffer, window.Position, compressed);
        inflater.Inflate(_input, _bytes, MaxLength);
        return DeltaPatch.TryReadSizes(_bytes.AsSpan(0, MaxLength), out _, out resultSize, out _);
    }

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _taken = 0;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, MaxLength - _taken);
        bytes[..count].CopyTo(_bytes.AsSpan(_taken));
        _taken += count;
    }

    /// <summary>Reads the size from what was written.</summary>
    public bool TryRead(out long resultSize) => DeltaPatch.TryReadSizes(_bytes.AsSpan(0, _taken), out _, out resultSize, out _);
}
