using System.Buffers.Binary;
using Eden.Checkpoint.Format.Rows;

namespace Eden.Checkpoint.Comparison;

/// <summary>Reads the rows of a temporary file one after the other. Not thread-safe.</summary>
internal sealed class RowSpoolReader : IAsyncDisposable
{
    private const int LeastBuffer = 1 << 16;

    private readonly RegistryKind _kind;
    private readonly int _maxDepth;
    private readonly FileStream _file;
    private byte[] _buffer = new byte[LeastBuffer];
    private int _start;
    private int _end;

    public RowSpoolReader(SpooledRows rows, int maxDepth)
    {
        _kind = rows.Kind;
        _maxDepth = maxDepth;
        _file = new FileStream(rows.Path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        });
    }

    /// <summary>Gets the row at hand; its bytes are valid until the next one is read.</summary>
    public ReadOnlyMemory<byte> Row { get; private set; }

    /// <summary>Gets the key of the row at hand, as its JSON string stands: a part of <see cref="Row"/>.</summary>
    public ReadOnlyMemory<byte> Key { get; private set; }

    /// <summary>Reads the next row; <see langword="false"/> at the end.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(sizeof(int), cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
        _start += sizeof(int);
        if (!await FillAsync(length, cancellationToken).ConfigureAwait(false))
        {
            throw new EndOfStreamException("A temporary file of the comparison was cut.");
        }

        Row = _buffer.AsMemory(_start, length);
        Key = RowKey.Find(_kind, Row, _maxDepth);
        _start += length;
        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private async ValueTask<bool> FillAsync(int wanted, CancellationToken cancellationToken)
    {
        if (_end - _start >= wanted)
        {
            return true;
        }

        if (_buffer.Length - _start < wanted)
        {
            var target = wanted > _buffer.Length ? new byte[wanted] : _buffer;
            _buffer.AsSpan(_start, _end - _start).CopyTo(target);
            _buffer = target;
            _end -= _start;
            _start = 0;
        }

        while (_end - _start < wanted)
        {
            var read = await _file.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }
}
