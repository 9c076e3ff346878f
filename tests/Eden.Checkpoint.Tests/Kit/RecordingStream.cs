namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A destination that keeps what it is given, cannot seek, refuses synchronous writes as Kestrel does, and may fail at a chosen byte.</summary>
internal sealed class RecordingStream(Action? onFirstWrite = null, long failAt = long.MaxValue) : Stream
{
    private readonly MemoryStream _bytes = new();

    public long BytesWritten => _bytes.Length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public byte[] ToArray() => _bytes.ToArray();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        if (_bytes.Length == 0 && !buffer.IsEmpty)
        {
            onFirstWrite?.Invoke();
        }

        if (_bytes.Length + buffer.Length > failAt)
        {
            throw new IOException("No space left on device");
        }

        _bytes.Write(buffer.Span);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush() => throw new InvalidOperationException("Synchronous operations are disallowed.");

    public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous operations are disallowed.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
