using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Format.Rows.Records;

/// <summary>A row of <c>events.jsonl</c> (§4). Only registered types have rules for their data; event data is never rewritten.</summary>
internal static class EventRecord
{
    public static readonly RecordField EventId = RecordField.Required("event_id", ValueRule.EntityId);
    private static readonly RecordField s_type = RecordField.Required("type", ValueRule.EventType);
    private static readonly RecordField s_data = RecordField.RequiredObject("data", EventData.Fields);

    public static readonly RecordShape Shape = RecordShape.Of(
        EventId,
        s_type,
        RecordField.Required("occurred_at", ValueRule.Timestamp),
        RecordField.Required("experiment_id", ValueRule.OwnExperimentId),
        s_data);

    public static void Check(ref RowView row)
    {
        row.Check(Shape);
        if (row.IsValid(EventId))
        {
            row.Context.Keys.Define(KeySpace.Event, row.Id, row.Line);
        }

        if (row.IsValid(s_type) && row.IsValid(s_data))
        {
            EventData.Check(ref row, row.Text(s_type));
        }
    }
}
