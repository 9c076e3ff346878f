namespace Eden.Checkpoint.Format.Archive;

/// <summary>The content of the member at hand. Disposing it changes nothing: the archive reader skips what was not read.</summary>
internal sealed class MemberContentStream(Stream? source, long length) : Stream
{
    private long _read;
    private bool _expired;

    public override bool CanRead => !_expired;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public void Expire() => _expired = true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_expired, typeof(CheckpointArchiveMember));
        if (source is null || _read == length)
        {
            return 0;
        }

        var count = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _read += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
        => throw new NotSupportedException("An archive is read asynchronously: its source may be a request body.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
