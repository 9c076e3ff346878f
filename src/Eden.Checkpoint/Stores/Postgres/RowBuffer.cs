using System.Buffers;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>A pooled buffer for one row at a time, with a ceiling that is applied before memory is taken. Not thread-safe.</summary>
internal sealed class RowBuffer(int limit) : IDisposable
{
    private static readonly SearchValues<byte> s_escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Math.Min(limit, 4096));
    private int _length;

    /// <summary>Gets the most bytes that a row may have.</summary>
    public int Limit => limit;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    /// <summary>Appends bytes, unless the row would pass the limit.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (!TryReserve(bytes.Length))
        {
            return false;
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
        return true;
    }

    /// <summary>Appends UTF-8 text as a JSON string, escaping what JSON demands and nothing else, unless the row would pass the limit.</summary>
    public bool TryAppendJsonString(ReadOnlySpan<byte> text)
    {
        if (!TryAppend("\""u8))
        {
            return false;
        }

        while (true)
        {
            var plain = text.IndexOfAny(s_escaped);
            if (plain < 0)
            {
                return TryAppend(text) && TryAppend("\""u8);
            }

            var value = text[plain];
            if (!TryAppend(text[..plain])
                || !(value is (byte)'"' or (byte)'\\' ? TryAppend([(byte)'\\', value]) : TryAppend([.. "\\u00"u8, Digit(value >> 4), Digit(value & 15)])))
            {
                return false;
            }

            text = text[(plain + 1)..];
        }
    }

    /// <summary>Appends a text column of the row at hand as it comes off the wire, unless the row would pass the limit: then nothing of it is read.</summary>
    public async ValueTask<bool> TryAppendAsync(NpgsqlDataReader reader, int ordinal, CancellationToken cancellationToken)
    {
        var stream = await reader.GetStreamAsync(ordinal, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        if (!TryReserve(stream.Length))
        {
            return false;
        }

        var length = (int)stream.Length;
        await stream.ReadExactlyAsync(_bytes.AsMemory(_length, length), cancellationToken).ConfigureAwait(false);
        _length += length;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    private static byte Digit(int value) => "0123456789abcdef"u8[value];

    private bool TryReserve(long additional)
    {
        if (additional > limit - _length)
        {
            return false;
        }

        var needed = _length + (int)additional;
        if (needed > _bytes.Length)
        {
            // Twice the size, so that a row in parts is not copied again for each of them.
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(limit, Math.Max(needed, 2L * _bytes.Length)));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return true;
    }
}
