namespace Eden.Checkpoint.Rows.Records;

/// <summary>A row of <c>tasks.jsonl</c> (§4).</summary>
internal static class TaskRecord
{
    public static readonly RecordField TaskId = RecordField.Required("task_id", ValueRule.EntityId);
    private static readonly RecordField s_kind = RecordField.RequiredChoice("kind", TaskKinds.Names);
    private static readonly RecordField s_state =
        RecordField.RequiredChoice("state", "pending", "claimed", "submitted", "completed", "failed");

    // Any experiment's id, not only this one's: an import rewrites the field where it holds the source's id and keeps it elsewhere (§7),
    // so a store may rightly hold a foreign one, and nothing is lost by it.
    private static readonly RecordField s_experimentId = RecordField.Conditional("experiment_id", ValueRule.ExperimentId);
    private static readonly RecordField s_ideaId = RecordField.Conditional("idea_id", ValueRule.EntityId);
    private static readonly RecordField s_variantId = RecordField.Conditional("variant_id", ValueRule.EntityId);
    private static readonly RecordField s_payload = RecordField.RequiredObject("payload", s_experimentId, s_ideaId, s_variantId);
    private static readonly RecordField s_claim = RecordField.ConditionalObject(
        "claim",
        RecordField.Required("worker_id", ValueRule.WorkerId),
        RecordField.Required("claimed_at", ValueRule.Timestamp),
        RecordField.Optional("expires_at", ValueRule.Timestamp));

    public static readonly RecordShape Shape = RecordShape.Of(
        TaskId,
        s_kind,
        s_state,
        s_payload,
        RecordField.OptionalObject("target", RecordField.Target()),
        RecordField.Optional("created_by", ValueRule.Actor),
        RecordField.Optional("submitted_by", ValueRule.WorkerId),
        s_claim,
        RecordField.Required("created_at", ValueRule.Timestamp),
        RecordField.Required("updated_at", ValueRule.Timestamp));

    public static void Check(ref RowView row)
    {
        row.Check(Shape);
        var kind = row.IsValid(s_kind) ? TaskKinds.Parse(row.Text(s_kind)) : TaskKind.None;
        if (row.IsValid(TaskId))
        {
            row.Context.Keys.Define(KeySpace.Task, row.Id, row.Line, kind);
        }

        CheckClaim(ref row);
        if (!row.IsValid(s_payload) || kind == TaskKind.None)
        {
            return;
        }

        var needed = kind switch
        {
            TaskKind.Ideation => s_experimentId,
            TaskKind.Execution => s_ideaId,
            _ => s_variantId,
        };
        row.Check(needed, required: true);
        if (kind != TaskKind.Ideation && row.IsValid(needed))
        {
            var live = row.Is(s_state, "pending"u8) || row.Is(s_state, "claimed"u8) || row.Is(s_state, "submitted"u8);
            row.Context.Keys.Refer(
                kind == TaskKind.Execution ? KeySpace.Idea : KeySpace.Variant,
                live ? KeyUse.LiveTask : KeyUse.EndedTask,
                row.Text(needed),
                row.Id,
                row.Line,
                kind: kind);
        }
    }

    private static void CheckClaim(ref RowView row)
    {
        if (!row.IsValid(s_state))
        {
            row.Check(s_claim, required: false);
            return;
        }

        var claimed = row.Is(s_state, "claimed"u8) || row.Is(s_state, "submitted"u8);
        if (claimed || !row.IsPresent(s_claim))
        {
            row.Check(s_claim, required: claimed);
        }
        else
        {
            row.Add(s_claim, $"must be absent in state {ShownValue.Of(row.Text(s_state))}");
        }
    }
}
