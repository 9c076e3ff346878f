namespace Eden.Checkpoint.Format.Archive;

/// <summary>A member's content as TarWriter sees it: a stream of exactly the declared length. A source that ends early or goes on fails
/// the write, because the length already stands in the header. Does not own the source.</summary>
internal sealed class ExactLengthStream(string path, Stream source, long length) : Stream
{
    private long _read;

    public override bool CanRead => true;

    /// <summary>Gets a value that tells TarWriter to take the length from here instead of seeking in the destination.</summary>
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, length - _read);
        if (wanted == 0)
        {
            return 0;
        }

        var count = await source.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            throw new IOException($"The content of '{path}' ended after {_read} of {length} bytes.");
        }

        _read += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Makes sure that all of the declared bytes were taken and that no more follow.</summary>
    public async Task RequireEndAsync(CancellationToken cancellationToken)
    {
        if (_read != length)
        {
            throw new IOException($"Only {_read} of the {length} bytes of '{path}' were written.");
        }

        if (await source.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) != 0)
        {
            throw new IOException($"The content of '{path}' goes on after its {length} bytes.");
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The content is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
