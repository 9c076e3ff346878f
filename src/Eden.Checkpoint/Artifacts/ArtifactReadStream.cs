using System.Security.Cryptography;

namespace Eden.Checkpoint.Artifacts;

/// <summary>Reads an artifact forward only, never more than the limit, and checks at its end that the bytes are those that its name promises.</summary>
internal sealed class ArtifactReadStream : Stream
{
    private readonly Stream _inner;
    private readonly string _uri;
    private readonly long _limit;
    private readonly string? _sha256;
    private readonly IncrementalHash? _hash;
    private long _read;
    private bool _ended;

    /// <param name="inner">The bytes; disposed with this stream.</param>
    /// <param name="uri">The artifact, for messages.</param>
    /// <param name="limit">The most bytes allowed: a file may grow after it was opened.</param>
    /// <param name="sha256">The hash that the bytes must have; <see langword="null"/> when the name does not say.</param>
    public ArtifactReadStream(Stream inner, string uri, long limit, string? sha256)
    {
        _inner = inner;
        _uri = uri;
        _limit = limit;
        _sha256 = sha256;
        _hash = sha256 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = _inner.Read(buffer);
        Note(buffer[..read], buffer.Length);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Note(buffer.Span[..read], buffer.Length);
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Note(ReadOnlySpan<byte> bytes, int asked)
    {
        _read += bytes.Length;
        if (_read > _limit)
        {
            throw ArtifactFault.TooLarge(_uri, _limit);
        }

        if (_hash is null || _ended)
        {
            return;
        }

        _hash.AppendData(bytes);
        if (bytes.IsEmpty && asked > 0)
        {
            _ended = true;
            if (Convert.ToHexStringLower(_hash.GetHashAndReset()) is var actual && actual != _sha256)
            {
                throw ArtifactFault.Altered(_uri, actual);
            }
        }
    }
}
