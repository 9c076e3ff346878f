using System.Security.Cryptography;
using Eden.Git.Objects;
using Eden.Git.Packs;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Fetching;

/// <summary>A pack that is written to a file while its bytes arrive, and read there meanwhile: reads wait for bytes. One writer; reading is thread-safe.</summary>
internal sealed class ArrivingPack : PackFile, IDisposable
{
    private const int BufferLength = 1 << 18;

    private readonly object _arrival = new();
    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer;
    private readonly byte[] _last;
    private readonly IncrementalHash _hash;
    private readonly CancellationTokenRegistration _cancelled;
    private readonly CancellationToken _cancellationToken;
    private int _buffered;
    private int _lastLength;
    private long _written;
    private bool _isWhole;
    private bool _isAbandoned;

    /// <param name="handle">A new file, to be read and written. Belongs to the caller.</param>
    /// <param name="format">How the pack names objects.</param>
    /// <param name="cancellationToken">Ends waiting reads.</param>
    public ArrivingPack(SafeFileHandle handle, GitObjectFormat format, CancellationToken cancellationToken)
        : base(handle, 0, long.MaxValue, format.HashLength())
    {
        _handle = handle;
        _buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
        _last = new byte[format.HashLength()];
        _hash = format.CreateHash();
        _cancellationToken = cancellationToken;
        _cancelled = cancellationToken.Register(Wake);
    }

    /// <inheritdoc/>
    public override long Length => _isWhole ? _written : long.MaxValue;

    /// <inheritdoc/>
    public override long EntriesEnd => _isWhole ? _written - _last.Length : long.MaxValue;

    /// <summary>Adds bytes.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(bytes.Length, BufferLength - _buffered);
            bytes[..count].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += count;
            bytes = bytes[count..];
            if (_buffered == BufferLength)
            {
                WriteBuffer();
            }
        }
    }

    /// <summary>Says that these were all.</summary>
    /// <exception cref="IOException">The last ones could not be written.</exception>
    public void End()
    {
        WriteBuffer();
        lock (_arrival)
        {
            _isWhole = true;
            Monitor.PulseAll(_arrival);
        }
    }

    /// <summary>Says what the checksum at the end is, when all bytes are here, and whether it is that of the bytes before.</summary>
    public (bool Matches, ObjectHash Checksum) Check()
    {
        var checksum = _hash.Finish();
        return (_lastLength == _last.Length && ObjectHash.FromBytes(_last) == checksum, checksum);
    }

    /// <summary>Reads entries, of which it waits for at least one byte. The checksum at the end is not read.</summary>
    public override int Read(long offset, Span<byte> destination)
    {
        long there;
        lock (_arrival)
        {
            while ((there = _written - _last.Length - offset) <= 0 && !_isWhole)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                ObjectDisposedException.ThrowIf(_isAbandoned, this);
                Monitor.Wait(_arrival);
            }
        }

        return there <= 0 ? 0 : base.Read(offset, destination[..(int)Math.Min(destination.Length, there)]);
    }

    /// <summary>Ends waiting reads; the file is left to its owner.</summary>
    public void Dispose()
    {
        _cancelled.Dispose();
        lock (_arrival)
        {
            _isAbandoned = true;
            Monitor.PulseAll(_arrival);
        }

        _hash.Dispose();
    }

    private void Wake()
    {
        lock (_arrival)
        {
            Monitor.PulseAll(_arrival);
        }
    }

    private void WriteBuffer()
    {
        var bytes = _buffer.AsSpan(0, _buffered);
        RandomAccess.Write(_handle, bytes, _written);
        HashAllButLast(bytes);
        _buffered = 0;
        lock (_arrival)
        {
            _written += bytes.Length;
            Monitor.PulseAll(_arrival);
        }
    }

    // The last bytes of all are the checksum of the others.
    private void HashAllButLast(ReadOnlySpan<byte> bytes)
    {
        var surplus = Math.Max(0, _lastLength + bytes.Length - _last.Length);
        var ofLast = Math.Min(surplus, _lastLength);
        _hash.AppendData(_last, 0, ofLast);
        _hash.AppendData(bytes[..(surplus - ofLast)]);
        _last.AsSpan(ofLast, _lastLength - ofLast).CopyTo(_last);
        _lastLength -= ofLast;
        bytes = bytes[(surplus - ofLast)..];
        bytes.CopyTo(_last.AsSpan(_lastLength));
        _lastLength += bytes.Length;
    }
}
