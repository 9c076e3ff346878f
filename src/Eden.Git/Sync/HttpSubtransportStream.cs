using System.Buffers;
using Eden.Git.Remotes;
using LibGit2Sharp;

namespace Eden.Git.Sync;

/// <summary>One request and its answer, as libgit2 wants to see them: written, then read, on the sync's own thread.</summary>
internal sealed class HttpSubtransportStream(SmartSubtransport transport, HttpRemoteSession session, bool isPost) : SmartSubtransportStream(transport)
{
    private const int Failed = -1;
    private readonly ArrayBufferWriter<byte> _request = new();
    private readonly AnswerListener _listener = new(session.Words);
    private HttpResponseMessage? _response;
    private Stream? _answer;

    public override int Write(Stream dataStream, long length)
    {
        try
        {
            // Wants and haves: some tens of bytes for each ref.
            Copy(dataStream, _request, length);
            return 0;
        }
        catch (Exception exception)
        {
            session.Fail(exception);
            return Failed;
        }
    }

    public override int Read(Stream dataStream, long length, out long bytesRead)
    {
        bytesRead = 0;
        try
        {
#pragma warning disable RS0030 // libgit2 calls back synchronously, on the sync's own thread.
            bytesRead = ReadAsync(dataStream, length).GetAwaiter().GetResult();
#pragma warning restore RS0030
            return 0;
        }
        catch (Exception exception)
        {
            session.Fail(exception);
            return Failed;
        }
    }

    protected override void Free()
    {
        _answer?.Dispose();
        _response?.Dispose();
        base.Free();
    }

    private static void Copy(Stream source, ArrayBufferWriter<byte> destination, long length)
    {
        while (length > 0)
        {
            var count = source.Read(destination.GetSpan((int)Math.Min(1 << 16, length))[..(int)Math.Min(1 << 16, length)]);
            if (count == 0)
            {
                throw new EndOfStreamException("libgit2 announced more of its request than it gave.");
            }

            destination.Advance(count);
            length -= count;
        }
    }

    private async Task<long> ReadAsync(Stream destination, long length)
    {
        var token = session.CancellationToken;
        if (_answer is null)
        {
            _answer = isPost ? await PostAsync(token).ConfigureAwait(false) : new MemoryStream(session.RefsToFetch(), writable: false);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(1 << 16, length));
        try
        {
            var count = await _answer.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)), token).ConfigureAwait(false);

            if (isPost)
            {
                _listener.Listen(buffer.AsSpan(0, count));
            }

            // libgit2's buffer is native memory behind a stream without an asynchronous side.
            destination.Write(buffer.AsSpan(0, count));
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<Stream> PostAsync(CancellationToken token)
    {
        _response = await session.PostAsync(_request.WrittenMemory).ConfigureAwait(false);
        return await _response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
    }
}
