using System.Buffers.Binary;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Reads one sorted run of the ledger, record by record, and deletes its file in the end.</summary>
internal sealed class KeyRun : IDisposable
{
    /// <summary>The memory that an open run takes.</summary>
    public const int BufferBytes = 1 << 16;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private int _length;

    public KeyRun(string path)
    {
        _path = path;
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
    }

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_start, _length);

    public KeyRecord Current => new(Bytes);

    public bool MoveNext()
    {
        _start += _length;
        _length = 0;
        const int Needed = KeyRecord.LengthOffset + sizeof(ushort);
        if (!Fill(Needed))
        {
            return _end == _start ? false : throw new EndOfStreamException("A temporary file of the key ledger was cut short.");
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(_start + KeyRecord.LengthOffset));
        if (length < Needed || length > KeyRecord.LongestLength || !Fill(length))
        {
            throw new EndOfStreamException("A temporary file of the key ledger was cut short or changed.");
        }

        _length = length;
        return true;
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    private bool Fill(int needed)
    {
        while (_end - _start < needed)
        {
            if (_buffer.Length - _start < needed)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }

            var read = _file.Read(_buffer.AsSpan(_end));
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }
}
