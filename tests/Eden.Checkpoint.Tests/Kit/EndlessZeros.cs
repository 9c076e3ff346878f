namespace Eden.Checkpoint.Tests.Kit;

/// <summary>Gives some bytes, then zeros without end, as <c>/dev/zero</c> does.</summary>
internal sealed class EndlessZeros(byte[] head) : Stream
{
    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var rest = head.AsSpan((int)Math.Min(BytesRead, head.Length));
        var given = Math.Min(rest.Length, buffer.Length);
        rest[..given].CopyTo(buffer.Span);
        buffer.Span[given..].Clear();
        BytesRead += buffer.Length;
        return ValueTask.FromResult(buffer.Length);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous operations are disallowed.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
