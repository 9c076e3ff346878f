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

    /// <summary>Notes what of a row is to change.</summary>
    /// <returns>Whether the row is free of white space outside strings.</returns>
    private bool Scan(ReadOnlySpan<byte> row, bool isTask)
    {
        var reader = new Utf8JsonReader(row, s_options);
        var spacing = default(JsonSpacing);
        var claim = default(TaskClaim);
        var member = Member.Other;
        var isPayloadId = false;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            var before = spacing.End;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                spacing.TakeName(row, start, (int)reader.BytesConsumed, reader.ValueSpan.Length);
                if (reader.CurrentDepth == 1)
                {
                    member = Name(ref reader, isTask);
                    claim.TakeName(row, start, before, member == Member.Claim);
                }
                else if (member == Member.Payload && reader.CurrentDepth == 2)
                {
                    isPayloadId = reader.ValueTextEquals("experiment_id"u8);
                }

                continue;
            }

            spacing.Take(row, start, (int)reader.BytesConsumed);
            if (reader.CurrentDepth == 1)
            {
                TakeValue(ref reader, member, ref claim);
            }
            else if (isPayloadId && reader.CurrentDepth == 2)
            {
                isPayloadId = false;
                Rename(ref reader);
            }
        }

        RevertedClaims += claim.TryRevert(_splices) ? 1 : 0;
        return spacing.IsCompact(row);
    }

    private void TakeValue(ref Utf8JsonReader reader, Member member, ref TaskClaim claim)
    {
        switch (member)
        {
            case Member.ExperimentId:
                Rename(ref reader);
                break;
            case Member.State when reader.TokenType == JsonTokenType.String:
                claim.TakeState((int)reader.TokenStartIndex, (int)reader.BytesConsumed, reader.ValueTextEquals("claimed"u8));
                break;
            case Member.Claim when reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray):
                claim.TakeClaimEnd((int)reader.BytesConsumed);
                break;
        }
    }

    private void Rename(ref Utf8JsonReader reader)
    {
        if (_isRenamed && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(_sourceId))
        {
            _splices.Replace((int)reader.TokenStartIndex, (int)reader.BytesConsumed, _targetId);
        }
    }

    private static Member Name(ref Utf8JsonReader reader, bool isTask)
        => reader.ValueTextEquals("experiment_id"u8) ? Member.ExperimentId
            : !isTask ? Member.Other
            : reader.ValueTextEquals("state"u8) ? Member.State
            : reader.ValueTextEquals("claim"u8) ? Member.Claim
            : reader.ValueTextEquals("payload"u8) ? Member.Payload
            : Member.Other;
}
