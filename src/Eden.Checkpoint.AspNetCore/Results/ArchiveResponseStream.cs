using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>The way of an archive into a response, which begins with the first byte and not before: until then the answer may still become a problem.</summary>
internal sealed class ArchiveResponseStream(HttpResponse response, string fileName) : Stream
{
    public const string MediaType = "application/x-eden-checkpoint+tar";

    private bool _begun;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Begin();
        response.BodyWriter.Write(buffer.Span);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Hands everything to the connection, or finds it gone.</summary>
    /// <remarks>Once a client has left, Kestrel's writes succeed and go nowhere, and the request's token may learn of it later than the last write. Only a flush tells
    /// at once: an archive that nobody got must not count as exported.</remarks>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_begun && (await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted)
        {
            throw new ConnectionAbortedException("The client went away.");
        }
    }

    public override void Flush() => throw new NotSupportedException("A response is written asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A response is written asynchronously.");

    private void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(fileName);
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = MediaType;
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.CacheControl = "no-store";

        // An archive is of no use to a middleware that would collect it.
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
