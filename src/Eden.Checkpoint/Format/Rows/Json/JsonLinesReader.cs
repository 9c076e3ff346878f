using System.Buffers;
using System.Globalization;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Rows.Json;

/// <summary>Reads a JSON Lines member line by line, as strictly as §1 asks, and reports what is wrong with its lines. Not thread-safe.</summary>
/// <remarks>
/// The buffer grows with the longest line, never past the limit; the rest of a longer line is skipped unread. What can be mended is: a line
/// with a byte order mark, trailing white space or no newline is reported and handed out without it, so that its record is checked too.
/// </remarks>
internal sealed class JsonLinesReader : IDisposable
{
    private const int FirstBufferBytes = 1 << 16;

    private readonly Stream _content;
    private readonly string _member;
    private readonly int _maxLineBytes;
    private readonly ViolationList _violations;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Creates a reader.</summary>
    /// <param name="content">The member's bytes, read from where the stream stands; left open.</param>
    /// <param name="member">The member's name in violations.</param>
    /// <param name="maxLineBytes">The longest line, in bytes without its newline.</param>
    /// <param name="violations">Takes what is found.</param>
    public JsonLinesReader(Stream content, string member, int maxLineBytes, ViolationList violations)
    {
        _content = content;
        _member = member;
        _maxLineBytes = maxLineBytes;
        _violations = violations;
    }

    /// <summary>Gets the number of the current line, counted from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Gets the current line without its newline. Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Row { get; private set; }

    /// <summary>Moves to the next line that can be a row: blank and over-long lines are reported and passed over.</summary>
    /// <returns><see langword="false"/> at the end of the member.</returns>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = await FindNewlineAsync(cancellationToken).ConfigureAwait(false);
            if (length < 0)
            {
                Line++;
                Report(
                    CheckpointRule.Limit,
                    string.Create(CultureInfo.InvariantCulture, $"the line is longer than {_maxLineBytes} bytes"));
                await SkipLineAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            var terminated = _start + length < _end;
            if (!terminated && length == 0)
            {
                Row = default;
                return false;
            }

            Line++;
            var line = _buffer.AsMemory(_start, length);
            _start += terminated ? length + 1 : length;
            if (!terminated)
            {
                Report(CheckpointRule.Json, "the last line does not end in a newline");
            }

            if (TryMend(ref line))
            {
                Row = line;
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            Row = default;
        }
    }

    /// <summary>Brings a whole line into the buffer.</summary>
    /// <returns>Its length without the newline, or -1 when it passes the limit.</returns>
    private async ValueTask<int> FindNewlineAsync(CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            var newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            var length = newline < 0 ? _end - _start : searched + newline;
            if (length > _maxLineBytes)
            {
                return -1;
            }

            if (newline >= 0 || _ended)
            {
                return length;
            }

            searched = length;
            MakeRoom();
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask SkipLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                _start += newline + 1;
                return;
            }

            _start = 0;
            _end = 0;
            if (_ended)
            {
                return;
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var read = await _content.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        _ended = read == 0;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        // A full buffer holds no newline and no more than the limit, so one byte past the limit is all that is ever needed.
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(_maxLineBytes + 1L, _buffer.Length * 2L));
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private bool TryMend(ref Memory<byte> line)
    {
        if (Line == 1 && line.Span.StartsWith("\uFEFF"u8))
        {
            Report(CheckpointRule.Json, "the file begins with a byte order mark");
            line = line[3..];
        }

        var solid = line.Span.TrimEnd(" \t\r"u8).Length;
        if (solid == 0)
        {
            Report(CheckpointRule.Json, "the line is blank");
            return false;
        }

        if (solid < line.Length)
        {
            Report(
                CheckpointRule.Json,
                line.Span[^1] == (byte)'\r' ? "the line ends in a carriage return" : "the line ends in white space");
            line = line[..solid];
        }

        return true;
    }

    private void Report(CheckpointRule rule, string message) => _violations.Add(rule, _member, Line, null, null, message);
}
