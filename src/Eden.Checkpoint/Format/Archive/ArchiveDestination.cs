using System.Text;

namespace Eden.Checkpoint.Format.Archive;

/// <summary>Stands between TarWriter and the destination: counts, lets asynchronous writes through only, and gives pax headers a name
/// that does not hold a process id, so that the same members give the same bytes. Does not own the destination.</summary>
internal sealed class ArchiveDestination(Stream destination, ArchiveProgress? progress = null) : Stream
{
    private string? _nextName;

    public long BytesWritten { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sets the name of the header that is written next.</summary>
    public void NameNextHeader(string name) => _nextName = name;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_nextName is not null)
        {
            buffer = Rename(buffer.Span, _nextName);
            _nextName = null;
        }

        await destination.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        BytesWritten += buffer.Length;
        progress?.Advance(BytesWritten);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => destination.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The archive is written asynchronously.");

    public override void Flush() => throw new NotSupportedException("The archive is written asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static byte[] Rename(ReadOnlySpan<byte> header, string name)
    {
        if (header.Length != TarBlock.Length || header[TarBlock.TypeFlag] != (byte)'x')
        {
            throw new InvalidOperationException("A pax header was expected.");
        }

        var renamed = header.ToArray();
        var field = renamed.AsSpan(TarBlock.Name);
        field.Clear();
        Encoding.ASCII.GetBytes(name, field);
        TarBlock.WriteSum(renamed);
        return renamed;
    }
}
