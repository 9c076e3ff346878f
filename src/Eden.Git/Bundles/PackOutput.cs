using System.Buffers;
using System.Security.Cryptography;
using Eden.Git.Objects;

namespace Eden.Git.Bundles;

/// <summary>Where a bundle's bytes go, in order: one buffer is filled while the other is hashed and written. Knows the position in the
/// pack and, at the end, the pack's checksum.</summary>
/// <remarks>As a <see cref="Stream"/> it takes what a deflater gives it. One writer at a time.</remarks>
internal sealed class PackOutput(Stream destination, GitObjectFormat format, CancellationToken cancellationToken)
    : Stream, IBufferWriter<byte>
{
    private const int BufferLength = 1 << 20;

    private readonly IncrementalHash _hash = format.CreateHash();
    private byte[] _filling = new byte[BufferLength];
    private byte[] _draining = new byte[BufferLength];
    private Task _drain = Task.CompletedTask;
    private int _filled;
    private long _flushed;
    private long _packStart = -1;

    /// <summary>Gets how many bytes fit in at once.</summary>
    public static int Capacity => BufferLength;

    /// <summary>Gets how many bytes fit before the next flush.</summary>
    public int Free => BufferLength - _filled;

    /// <summary>Gets the bytes written so far, header and all.</summary>
    public long Total => _flushed + _filled;

    /// <summary>Gets the position in the pack, which begins where <see cref="BeginPackAsync"/> was called.</summary>
    public long PackPosition => Total - _packStart;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Ends the part that the checksum does not cover.</summary>
    public async Task BeginPackAsync()
    {
        await DrainAsync().ConfigureAwait(false);
        _packStart = _flushed;
    }

    /// <summary>Adds bytes that fit.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_filling.AsSpan(_filled));
        _filled += bytes.Length;
    }

    /// <summary>Makes room for at least that many bytes, at most <see cref="Capacity"/>.</summary>
    public ValueTask ReserveAsync(int length) => length <= Free ? ValueTask.CompletedTask : new ValueTask(DrainAsync());

    /// <summary>Writes the pack's checksum and waits until the destination has everything.</summary>
    public async Task EndPackAsync()
    {
        await DrainAsync().ConfigureAwait(false);
        await _drain.ConfigureAwait(false);
        var checksum = new byte[format.HashLength()];
        _hash.Finish().CopyTo(checksum);
        await destination.WriteAsync(checksum, cancellationToken).ConfigureAwait(false);
        await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
        _flushed += checksum.Length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            await ReserveAsync(1).ConfigureAwait(false);
            var step = Math.Min(Free, buffer.Length);
            Append(buffer.Span[..step]);
            buffer = buffer[step..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous writes.");

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    void IBufferWriter<byte>.Advance(int count) => _filled += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => _filling.AsMemory(_filled);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => _filling.AsSpan(_filled);

    public override async ValueTask DisposeAsync()
    {
        // The destination is the caller's; what is still being written to it must end before the buffers go.
        await ((Task)Task.WhenAny(_drain)).ConfigureAwait(false);
        _hash.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task DrainAsync()
    {
        await _drain.ConfigureAwait(false);
        (_filling, _draining) = (_draining, _filling);
        var (buffer, length, hashed) = (_draining, _filled, _packStart >= 0);
        _flushed += length;
        _filled = 0;
        _drain = Task.Run(
            async () =>
            {
                if (hashed)
                {
                    _hash.AppendData(buffer, 0, length);
                }

                await destination.WriteAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);
    }
}
