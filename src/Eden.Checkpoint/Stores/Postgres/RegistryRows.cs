using System.Data;
using System.Text;
using Eden.Shared;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>The rows of one registry as they come off the wire: one reused buffer, no string and no document per row.</summary>
/// <remarks>Sequential access was measured against binary COPY: as fast, and it works through engines and poolers that have no COPY.</remarks>
internal sealed class RegistryRows : IAsyncDisposable
{
    private const int MaxKeyShown = 200;
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlDataReader _reader;
    private readonly RegistryQuery _query;
    private readonly RowBuffer _row;
    private readonly RowBuffer _column;

    private RegistryRows(NpgsqlCommand command, NpgsqlDataReader reader, RegistryQuery query, CheckpointLimits limits)
    {
        _command = command;
        _reader = reader;
        _query = query;
        _row = new RowBuffer(limits.MaxLineBytes);
        _column = new RowBuffer(limits.MaxLineBytes);
    }

    /// <summary>Gets the row at hand; its bytes are valid until the next one is read.</summary>
    public ReadOnlyMemory<byte> Current => _row.Written;

    /// <summary>Gets a value indicating whether the last row was read.</summary>
    public bool IsEnded { get; private set; }

    public long Count { get; private set; }

    public long Bytes { get; private set; }

    public static async Task<RegistryRows> OpenAsync(
        NpgsqlCommand command, RegistryQuery query, CheckpointLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess | CommandBehavior.SingleResult, cancellationToken).ConfigureAwait(false);
            return new RegistryRows(command, reader, query, limits);
        }
        catch (PostgresException refusal) when (UnreadableText.IsOne(refusal))
        {
            throw UnreadableText.In(refusal, query.Member, null);
        }
    }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        // Rows that are already here are handed over without asking the network, where the token would be seen.
        cancellationToken.ThrowIfCancellationRequested();
        if (!await TryReadAsync(cancellationToken).ConfigureAwait(false))
        {
            IsEnded = true;
            return false;
        }

        Count++;
        _row.Clear();
        if (_query.IsSpliced)
        {
            await SpliceAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (!await _row.TryAppendAsync(_reader, 0, cancellationToken).ConfigureAwait(false))
        {
            throw TooLong(await ReadKeyAsync(1, cancellationToken).ConfigureAwait(false));
        }

        Bytes += _row.Written.Length;
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (!IsEnded)
        {
            // Closing a reader reads the rest of its rows; the server is told that nobody wants them. The call connects to the server and has no asynchronous form.
            await Task.Run(_command.Cancel, CancellationToken.None).ConfigureAwait(false);
        }

        await _reader.DisposeAsync().ConfigureAwait(false);
        _row.Dispose();
        _column.Dispose();
    }

    private async ValueTask<bool> TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException refusal) when (UnreadableText.IsOne(refusal))
        {
            throw UnreadableText.In(refusal, _query.Member, Count + 1);
        }
    }

    /// <summary>Puts <c>task_id</c> and <c>kind</c> in front of the fields of <c>data</c>.</summary>
    private async ValueTask SpliceAsync(CancellationToken cancellationToken)
    {
        var keyStart = "{\"task_id\":\""u8.Length;
        if (!_row.TryAppend("{\"task_id\":"u8) || !await TryAppendStringAsync(0, cancellationToken).ConfigureAwait(false))
        {
            throw TooLong(null);
        }

        var keyEnd = _row.Written.Length - 1;
        if (!_row.TryAppend(",\"kind\":"u8)
            || !await TryAppendStringAsync(1, cancellationToken).ConfigureAwait(false)
            || !await TryReadColumnAsync(2, cancellationToken).ConfigureAwait(false)
            || !TryAppendFields(_column.Written.Span))
        {
            throw TooLong(ShortText.Of(_row.Written.Span[keyStart..keyEnd], MaxKeyShown));
        }
    }

    private bool TryAppendFields(ReadOnlySpan<byte> data)
    {
        var rest = data.TrimStart(" \t\r\n"u8);
        if (rest.IsEmpty || rest[0] != (byte)'{')
        {
            // No object, so there is nothing to splice into: it goes out as it is, and the row checker says so.
            _row.Clear();
            return _row.TryAppend(data);
        }

        rest = rest[1..].TrimStart(" \t\r\n"u8);
        return (rest.IsEmpty || rest[0] == (byte)'}' || _row.TryAppend(","u8)) && _row.TryAppend(rest);
    }

    private ValueTask<bool> TryReadColumnAsync(int ordinal, CancellationToken cancellationToken)
    {
        _column.Clear();
        return _column.TryAppendAsync(_reader, ordinal, cancellationToken);
    }

    private async ValueTask<bool> TryAppendStringAsync(int ordinal, CancellationToken cancellationToken)
        => await TryReadColumnAsync(ordinal, cancellationToken).ConfigureAwait(false) && _row.TryAppendJsonString(_column.Written.Span);

    private CheckpointInvalidException TooLong(string? record)
        => new(new CheckpointViolation(
            CheckpointRule.Limit, _query.Member, Count, record, null, $"The row is longer than the {_row.Limit} bytes that a line may have."));

    private async ValueTask<string> ReadKeyAsync(int ordinal, CancellationToken cancellationToken)
    {
        var stream = await _reader.GetStreamAsync(ordinal, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        var start = new byte[MaxKeyShown + 1];
        var length = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return ShortText.Of(start.AsSpan(0, length), MaxKeyShown);
    }
}
