using System.Buffers;
using Eden.Git.Remotes;
using LibGit2Sharp;

namespace Eden.Git.Sync;

/// <summary>One request and its answer, as libgit2 wants to see them: written, then read, on the sync's own thread. A pack goes to the session's receiver, and libgit2 sees one without
/// objects.</summary>
internal sealed class HttpSubtransportStream(SmartSubtransport transport, HttpRemoteSession session, bool isPost) : SmartSubtransportStream(transport)
{
    private const int Failed = -1;
    private const int BufferLength = 1 << 17;
    private readonly ArrayBufferWriter<byte> _request = new();
    private readonly AnswerListener _listener = new(session.Words);
    private readonly AnswerSplitter? _splitter = isPost && session.PackReceiver is { } receiver ? new AnswerSplitter(receiver) : null;
    private byte[]? _buffer;
    private bool _isOver;
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
            var count = ReadAsync(dataStream, length).GetAwaiter().GetResult();
#pragma warning restore RS0030
            if (count is null)
            {
                // The receiver of the pack knows why.
                return Failed;
            }

            bytesRead = count.Value;
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
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

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

    /// <summary>Reads on.</summary>
    /// <returns>How many bytes libgit2 gets, 0 at the end; <see langword="null"/> when nobody wants the answer any more.</returns>
    private async Task<int?> ReadAsync(Stream destination, long length)
    {
        var token = session.CancellationToken;
        if (_answer is null)
        {
            _answer = isPost ? await PostAsync(token).ConfigureAwait(false) : new MemoryStream(session.RefsToFetch(), writable: false);
            _buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        }

        var most = (int)Math.Min(BufferLength, length);
        var given = _splitter?.Give(_buffer.AsSpan(0, most)) ?? 0;
        while (given == 0 && !_isOver)
        {
            var count = await _answer.ReadAsync(_buffer.AsMemory(0, _splitter is null ? most : BufferLength), token).ConfigureAwait(false);
            _isOver = count == 0;
            if (isPost)
            {
                _listener.Listen(_buffer.AsSpan(0, count));
            }

            if (_splitter is null)
            {
                given = count;
                break;
            }

            _splitter.Take(_buffer.AsSpan(0, count), _isOver);
            if (_splitter.IsRefused)
            {
                return null;
            }

            given = _splitter.Give(_buffer.AsSpan(0, most));
        }

        // libgit2's buffer is native memory behind a stream without an asynchronous side.
        destination.Write(_buffer.AsSpan(0, given));
        return given;
    }

    private async Task<Stream> PostAsync(CancellationToken token)
    {
        _response = await session.PostAsync(_request.WrittenMemory).ConfigureAwait(false);
        return await _response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
    }
}
