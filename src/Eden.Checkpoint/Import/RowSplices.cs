using System.Buffers;

namespace Eden.Checkpoint.Import;

/// <summary>A few changes to the bytes of one row. Whatever they do not name stays as it is. Not thread-safe.</summary>
internal sealed class RowSplices
{
    // An id at the top, one in the payload, a state and a claim.
    private readonly Splice[] _splices = new Splice[4];
    private int _count;

    public int Count => _count;

    public void Clear() => _count = 0;

    /// <summary>Replaces the bytes from one position up to another.</summary>
    public void Replace(int start, int end, byte[] replacement)
    {
        // Met in the order of the row but for one or two, so inserting costs nothing.
        var index = _count++;
        for (; index > 0 && _splices[index - 1].Start > start; index--)
        {
            _splices[index] = _splices[index - 1];
        }

        _splices[index] = new Splice(start, end, replacement);
    }

    public void Write(ReadOnlySpan<byte> row, IBufferWriter<byte> destination)
    {
        var position = 0;
        foreach (var splice in _splices.AsSpan(0, _count))
        {
            destination.Write(row[position..splice.Start]);
            destination.Write(splice.Replacement);
            position = splice.End;
        }

        destination.Write(row[position..]);
    }

    private readonly record struct Splice(int Start, int End, byte[] Replacement);
}
