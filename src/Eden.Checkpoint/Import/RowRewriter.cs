using System.Buffers;
using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Import;

/// <summary>Turns the source's rows into the receiver's (spec §8), one forward pass each: the experiment's id where a record held the source's,
/// claims taken back, and members of groups once. All other bytes stay, but for white space outside strings. Not thread-safe.</summary>
internal sealed class RowRewriter
{
    // As deep as CheckpointLimits can ever allow; the rows were checked against the limit in force.
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 1025 };
    private static readonly byte[] s_pending = "\"pending\""u8.ToArray();

    private readonly byte[] _sourceId;
    private readonly byte[] _targetId;
    private readonly bool _isRenamed;
    private readonly RowSplices _splices = new();
    private readonly GroupMembers _members = new();
    private readonly ArrayBufferWriter<byte> _spliced = new();
    private readonly ArrayBufferWriter<byte> _compact = new();

    public RowRewriter(string sourceId, string targetId)
    {
        _sourceId = Encoding.UTF8.GetBytes(sourceId);
        _targetId = Encoding.UTF8.GetBytes($"\"{targetId}\"");
        _isRenamed = sourceId != targetId;
    }

    private enum Member
    {
        Other,
        ExperimentId,
        State,
        Claim,
        Payload,
    }

    /// <summary>Gets how many claimed tasks became pending.</summary>
    public long RevertedClaims { get; private set; }

    /// <summary>Rewrites a row that has passed the row checks.</summary>
    /// <returns>The row itself when nothing had to change, else bytes that are valid until the next call.</returns>
    public ReadOnlyMemory<byte> Rewrite(RegistryKind kind, ReadOnlyMemory<byte> row)
    {
        _splices.Clear();
        var isCompact = Scan(row.Span, kind == RegistryKind.Tasks);
        if (_splices.Count > 0)
        {
            _spliced.ResetWrittenCount();
            _splices.Write(row.Span, _spliced);
            row = _spliced.WrittenMemory;
        }

        if (!isCompact)
        {
            _compact.ResetWrittenCount();
            JsonMinifier.Minify(row.Span, _compact);
            row = _compact.WrittenMemory;
        }

        return kind == RegistryKind.Groups ? _members.Once(row) : row;
    }

    private bool Scan(ReadOnlySpan<byte> row, bool isTask)
    {
        var reader = new Utf8JsonReader(row, s_options);
        var isCompact = true;
        var end = 0;
        var member = Member.Other;
        var inPayload = false;
        var isPayloadId = false;
        var isClaimed = false;
        (int Start, int End) state = default;
        (int Start, int End) claim = default;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            var consumed = (int)reader.BytesConsumed;
            var type = reader.TokenType;

            // Between two tokens there is nothing, or one comma; the colon belongs to the name.
            isCompact &= start == end || (start == end + 1 && row[end] == (byte)',');
            if (claim is { Start: > 0, End: < 0 } && reader.CurrentDepth == 1 && type == JsonTokenType.PropertyName)
            {
                // The claim was the first member: it goes up to the next one, comma included.
                claim.End = start;
            }

            if (type == JsonTokenType.PropertyName)
            {
                isCompact &= consumed - start == reader.ValueSpan.Length + 3;
                if (reader.CurrentDepth == 1)
                {
                    member = Name(ref reader, isTask);
                    if (member == Member.Claim)
                    {
                        // From the end of the member before it, so that the comma goes too.
                        claim.Start = row[..start].TrimEnd(" \t\r\n"u8) is [.., (byte)'{'] ? start : end;
                    }
                }
                else if (inPayload && reader.CurrentDepth == 2)
                {
                    isPayloadId = reader.ValueTextEquals("experiment_id"u8);
                }
            }
            else if (reader.CurrentDepth == 1)
            {
                switch (member)
                {
                    case Member.ExperimentId when type == JsonTokenType.String && _isRenamed && reader.ValueTextEquals(_sourceId):
                        _splices.Replace(start, consumed, _targetId);
                        break;
                    case Member.State when type == JsonTokenType.String:
                        isClaimed = reader.ValueTextEquals("claimed"u8);
                        state = (start, consumed);
                        break;
                    case Member.Claim when type is not (JsonTokenType.StartObject or JsonTokenType.StartArray):
                        claim.End = row[claim.Start] == (byte)'"' ? -1 : consumed;
                        break;
                    case Member.Payload:
                        inPayload = type == JsonTokenType.StartObject;
                        break;
                }
            }
            else if (isPayloadId && reader.CurrentDepth == 2)
            {
                isPayloadId = false;
                if (type == JsonTokenType.String && _isRenamed && reader.ValueTextEquals(_sourceId))
                {
                    _splices.Replace(start, consumed, _targetId);
                }
            }

            end = consumed;
        }

        if (isClaimed)
        {
            RevertedClaims++;
            _splices.Replace(state.Start, state.End, s_pending);
            if (claim.End > 0)
            {
                _splices.Replace(claim.Start, claim.End, []);
            }
        }

        return isCompact && end == row.Length;
    }

    private static Member Name(ref Utf8JsonReader reader, bool isTask)
        => reader.ValueTextEquals("experiment_id"u8) ? Member.ExperimentId
            : !isTask ? Member.Other
            : reader.ValueTextEquals("state"u8) ? Member.State
            : reader.ValueTextEquals("claim"u8) ? Member.Claim
            : reader.ValueTextEquals("payload"u8) ? Member.Payload
            : Member.Other;
}
