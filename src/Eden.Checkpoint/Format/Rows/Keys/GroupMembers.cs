using System.Buffers;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Keeps each member of a group once: where a record names one again, the later mention goes. Reusable; not thread-safe.</summary>
internal sealed class GroupMembers
{
    private const int KeptCapacity = 4096;

    private static readonly JsonReaderOptions s_options = new() { MaxDepth = int.MaxValue };

    private readonly ArrayBufferWriter<byte> _kept = new();
    private readonly byte[] _text = new byte[256];
    private HashSet<(bool IsGroup, GroupKey Key)> _seen = [];

    /// <summary>Gets how many mentions the last call left out.</summary>
    public int Repeated { get; private set; }

    /// <summary>Returns a group's record with every member once.</summary>
    /// <param name="row">One JSON object. What its <c>members</c> hold besides ids stays.</param>
    /// <returns>The row itself when no member stands twice, else bytes that are valid until the next call.</returns>
    public ReadOnlyMemory<byte> Once(ReadOnlyMemory<byte> row)
    {
        Repeated = 0;
        _kept.ResetWrittenCount();
        var copied = Write(row.Span);
        if (Repeated == 0)
        {
            return row;
        }

        _kept.Write(row.Span[copied..]);
        return _kept.WrittenMemory;
    }

    private int Write(ReadOnlySpan<byte> row)
    {
        var reader = new Utf8JsonReader(row, s_options);
        var copied = 0;
        var end = 0;
        var isMembers = false;
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
            {
                isMembers = reader.ValueTextEquals("members"u8);
                Forget();
            }
            else if (isMembers && reader.CurrentDepth == 2 && reader.TokenType == JsonTokenType.String && IsRepeated(ref reader))
            {
                // Never the first element, so the comma before it goes too.
                Repeated++;
                _kept.Write(row[copied..end]);
                copied = (int)reader.BytesConsumed;
            }

            end = (int)reader.BytesConsumed;
        }

        Forget();
        return copied;
    }

    private bool IsRepeated(ref Utf8JsonReader reader)
    {
        var id = reader.ValueSpan;
        if (reader.ValueIsEscaped && id.Length <= _text.Length)
        {
            id = _text.AsSpan(0, JsonText.Unescape(id, _text));
        }

        return RecordGrammar.IsMember(id) && !_seen.Add((RecordGrammar.IsGroupId(id), GroupKey.Parse(id)));
    }

    private void Forget()
    {
        if (_seen.Count > KeptCapacity)
        {
            _seen = [];
        }
        else
        {
            _seen.Clear();
        }
    }
}
