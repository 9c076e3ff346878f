using System.Text;
using System.Text.Json;
using Eden.Shared;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Takes the columns out of one record after the other. Reusable; not thread-safe.</summary>
internal sealed class CopyRow(CopyLayout layout)
{
    private const int MaxKeyShown = 200;
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 1025 };
    private readonly (int Start, int Length)[] _values = new (int, int)[layout.Fields.Length];
    private readonly List<(int Start, int End)> _kept = [];
    private byte[] _text = new byte[1024];
    private int _textLength;

    /// <summary>Gets the first column, which is the key.</summary>
    public ReadOnlySpan<byte> Key => Value(0);

    /// <summary>Appends the row to a frame.</summary>
    /// <param name="frame">Takes the columns.</param>
    /// <param name="line">The row's line, for messages.</param>
    /// <param name="row">One compact JSON object.</param>
    /// <param name="credentialHashes">For workers: the hash of each by id.</param>
    public void Append(CopyFrame frame, long line, ReadOnlySpan<byte> row, IReadOnlyDictionary<string, string>? credentialHashes)
    {
        Scan(row);
        frame.BeginRow((short)(layout.Fields.Length + (credentialHashes is null ? 1 : 2)));
        for (var field = 0; field < _values.Length; field++)
        {
            if (_values[field].Length < 0)
            {
                frame.AppendNull();
                continue;
            }

            var value = Value(field);
            if (value.Contains((byte)0))
            {
                throw Unstorable(line, Encoding.UTF8.GetString(layout.Fields[field]), "holds U+0000, which PostgreSQL's text cannot hold");
            }

            frame.AppendText(value);
        }

        if (credentialHashes is not null)
        {
            var hash = credentialHashes.TryGetValue(Encoding.UTF8.GetString(Key), out var known)
                ? known : throw new ArgumentException("A worker of the archive has no credential.", nameof(credentialHashes));
            frame.AppendText(Encoding.UTF8.GetBytes(hash));
        }

        AppendData(frame, row);
    }

    private CheckpointInvalidException Unstorable(long line, string field, string message)
        => new(new CheckpointViolation(CheckpointRule.Record, layout.Member, line, ShortText.Of(Key, MaxKeyShown), field, message));

    private ReadOnlySpan<byte> Value(int field) => _values[field].Length < 0 ? [] : _text.AsSpan(_values[field].Start, _values[field].Length);

    private void AppendData(CopyFrame frame, ReadOnlySpan<byte> row)
    {
        if (layout.LeavesOut == 0)
        {
            frame.AppendText(row);
            return;
        }

        var length = 2 + Math.Max(0, _kept.Count - 1);
        foreach (var (start, end) in _kept)
        {
            length += end - start;
        }

        frame.BeginText(length);
        frame.Append("{"u8);
        for (var member = 0; member < _kept.Count; member++)
        {
            if (member > 0)
            {
                frame.Append(","u8);
            }

            frame.Append(row[_kept[member].Start.._kept[member].End]);
        }

        frame.Append("}"u8);
    }

    private void Scan(ReadOnlySpan<byte> row)
    {
        Array.Fill(_values, (0, -1));
        _kept.Clear();
        _textLength = 0;
        var reader = new Utf8JsonReader(row, s_options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var field = FieldOf(ref reader);
            reader.Read();
            if (field >= 0 && reader.TokenType == JsonTokenType.String)
            {
                _values[field] = Copy(ref reader);
            }

            reader.Skip();
            if (layout.LeavesOut > 0 && (field < 0 || field >= layout.LeavesOut))
            {
                _kept.Add((start, (int)reader.BytesConsumed));
            }
        }
    }

    private int FieldOf(ref Utf8JsonReader reader)
    {
        for (var field = 0; field < layout.Fields.Length; field++)
        {
            if (reader.ValueTextEquals(layout.Fields[field]))
            {
                return field;
            }
        }

        return -1;
    }

    private (int Start, int Length) Copy(ref Utf8JsonReader reader)
    {
        var needed = _textLength + reader.ValueSpan.Length;
        if (needed > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(needed, 2 * _text.Length));
        }

        var start = _textLength;
        _textLength += reader.CopyString(_text.AsSpan(start));
        return (start, _textLength - start);
    }
}
