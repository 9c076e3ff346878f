using System.Buffers.Binary;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Shared;

namespace Eden.Checkpoint.Comparison;

/// <summary>Writes one registry into a temporary file and notes whether its keys ascend. Not thread-safe.</summary>
internal sealed class RowSpoolWriter : IAsyncDisposable
{
    private const int BufferBytes = 1 << 17;

    private readonly RegistryKind _kind;
    private readonly string _path;
    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _buffered;
    private byte[] _lastKey = new byte[64];
    private int _lastKeyLength;
    private long _count;
    private int _longest;
    private bool _sorted = true;

    public RowSpoolWriter(RegistryKind kind, string path)
    {
        _kind = kind;
        _path = path;
        _file = TemporaryDirectory.CreateFile(path, FileAccess.Write);
    }

    /// <summary>Appends a row.</summary>
    /// <param name="row">One JSON object; copied before the task ends.</param>
    /// <param name="key">The row's key as its JSON string stands; a part of the row or a copy.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> row, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        NoteOrder(key.Span);
        _count++;
        _longest = Math.Max(_longest, row.Length);
        if (_buffer.Length - _buffered < sizeof(int) + row.Length)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_buffered), row.Length);
        _buffered += sizeof(int);
        if (_buffer.Length - _buffered >= row.Length)
        {
            row.CopyTo(_buffer.AsMemory(_buffered));
            _buffered += row.Length;
            return;
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await _file.WriteAsync(row, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the file.</summary>
    public async Task<SpooledRows> CompleteAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await _file.FlushAsync(cancellationToken).ConfigureAwait(false);
        return new SpooledRows(_kind, _path, _count, _longest, _sorted);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _file.WriteAsync(_buffer.AsMemory(0, _buffered), cancellationToken).ConfigureAwait(false);
        _buffered = 0;
    }

    private void NoteOrder(ReadOnlySpan<byte> key)
    {
        // Events keep their order, whatever it is.
        if (!_sorted || _kind == RegistryKind.Events)
        {
            return;
        }

        _sorted = _count == 0 || JsonStringText.Compare(_lastKey.AsSpan(0, _lastKeyLength), key) <= 0;
        if (_lastKey.Length < key.Length)
        {
            _lastKey = new byte[key.Length * 2];
        }

        key.CopyTo(_lastKey);
        _lastKeyLength = key.Length;
    }
}
