namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A destination that keeps the first bytes and counts the others; it can fail after some.</summary>
internal sealed class HeadStream(int keep, long failAfter = long.MaxValue) : Stream
{
    private readonly MemoryStream _head = new();

    public long Written { get; private set; }

    public byte[] Head => _head.ToArray();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Written + buffer.Length > failAfter)
        {
            throw new IOException("No space left on device");
        }

        _head.Write(buffer.Span[..(int)Math.Clamp(keep - Written, 0, buffer.Length)]);
        Written += buffer.Length;
        return ValueTask.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous operations are disallowed.");

    public override void Flush() => throw new InvalidOperationException("Synchronous operations are disallowed.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
