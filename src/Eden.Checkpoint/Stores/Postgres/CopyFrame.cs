using System.Buffers;
using System.Buffers.Binary;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Collects rows in the binary form of COPY and sends them in large pieces. Not thread-safe.</summary>
internal sealed class CopyFrame(NpgsqlRawCopyStream copy) : IDisposable
{
    private const int PieceLength = 1 << 17;
    private static readonly byte[] s_header = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(2 * PieceLength);
    private int _length;

    /// <summary>Gets a value indicating whether enough has been collected to be sent.</summary>
    public bool IsFull => _length >= PieceLength;

    /// <summary>Begins the data: signature, no flags, no header extension.</summary>
    public void Begin() => Append(s_header);

    /// <summary>Ends the data.</summary>
    public void End() => AppendInt16(-1);

    public void BeginRow(short columns) => AppendInt16(columns);

    /// <summary>Appends a text column.</summary>
    public void AppendText(ReadOnlySpan<byte> utf8)
    {
        AppendInt32(utf8.Length);
        Append(utf8);
    }

    public void AppendNull() => AppendInt32(-1);

    /// <summary>Begins a text column of known length; its bytes follow through <see cref="Append"/>.</summary>
    public void BeginText(int length) => AppendInt32(length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    public async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        await copy.WriteAsync(_bytes.AsMemory(0, _length), cancellationToken).ConfigureAwait(false);
        _length = 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    private void AppendInt16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(Reserve(sizeof(short)), value);
        _length += sizeof(short);
    }

    private void AppendInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Reserve(sizeof(int)), value);
        _length += sizeof(int);
    }

    private Span<byte> Reserve(int additional)
    {
        if (additional > _bytes.Length - _length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + additional), (int)Math.Min(Array.MaxLength, 2L * _bytes.Length)));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }
}
