using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>The body of a request, whose bytes count among those of all uploads under way until it is disposed. Used by one reader at a time; leaves the body open.</summary>
internal sealed class UploadStream : Stream
{
    private readonly Stream _body;
    private readonly OperationLimits _limits;
    private long _reserved;
    private long _read;

    /// <summary>Reserves what the request declares.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="declared">Its length, when it is known; the server never gives more.</param>
    /// <param name="limits">What all uploads share.</param>
    public UploadStream(Stream body, long? declared, OperationLimits limits)
    {
        _body = body;
        _limits = limits;
        Reserve(declared ?? 0);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await ReadBodyAsync(buffer, cancellationToken).ConfigureAwait(false);
        _read += count;
        if (_read > _reserved)
        {
            Reserve(_read - _reserved);
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request is read asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _limits.Release(Interlocked.Exchange(ref _reserved, 0));
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure) when (failure is not (BadHttpRequestException or ConnectionResetException))
        {
            // Of a chunk's length beyond 31 bits Kestrel says no more than this. A request has no disk: whatever cannot be read of it is the client's.
            throw new BadHttpRequestException(failure.Message, StatusCodes.Status400BadRequest, failure);
        }
    }

    private void Reserve(long more)
    {
        _limits.Reserve(_reserved, more);
        _reserved += more;
    }
}
