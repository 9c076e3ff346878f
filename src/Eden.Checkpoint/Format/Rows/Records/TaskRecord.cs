using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Format.Rows.Records;

/// <summary>A row of <c>tasks.jsonl</c> (§4).</summary>
internal static class TaskRecord
{
    public static readonly RecordField TaskId = RecordField.Required("task_id", ValueRule.EntityId);
    private static readonly RecordField s_kind = RecordField.RequiredChoice("kind", TaskKinds.Names);
    private static readonly RecordField s_state =
        RecordField.RequiredChoice("state", TaskStates.Names);

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
        RecordField.Optional("expires_at", ValueRule.Timestamp),
        RecordField.Optional(CredentialFields.ClaimToken, ValueRule.Forbidden));

    public static readonly RecordShape Shape = RecordShape.Of(
        TaskId,
        s_kind,
        s_state,
        s_payload,
        RecordField.OptionalTarget("target"),
        RecordField.Optional("created_by", ValueRule.Actor),
        RecordField.Optional("submitted_by", ValueRule.WorkerId),
        s_claim,
        RecordField.Required("created_at", ValueRule.Timestamp),
        RecordField.Required("updated_at", ValueRule.Timestamp));

    public static void Check(ref RowView row)
    {
        row.Check(Shape);
        var kind = row.IsValid(s_kind) ? TaskKinds.Parse(row.Text(s_kind)) : TaskKind.None;
        var state = row.IsValid(s_state) ? TaskStates.Parse(row.Text(s_state)) : TaskState.None;
        var attribute = new TaskAttribute(kind, state).ToByte();
        if (row.IsValid(TaskId))
        {
            row.Context.Keys.Define(KeySpace.Task, row.Id, row.Line, attribute);
        }

        CheckClaim(ref row, state);
        CheckNul(ref row, kind, state);
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
            row.Context.Keys.Refer(
                kind == TaskKind.Execution ? KeySpace.Idea : KeySpace.Variant,
                TaskStates.IsLive(state) ? KeyUse.LiveTask : KeyUse.EndedTask,
                row.Text(needed),
                row.Id,
                row.Line,
                attribute: attribute);
        }
    }

    /// <summary>The payload of a live task is an index key in the stores of deployments, and PostgreSQL takes no JSON text apart that has an escaped
    /// NUL anywhere: the records of the two kinds that are indexed must have none at all.</summary>
    private static void CheckNul(ref RowView row, TaskKind kind, TaskState state)
    {
        if (!TaskStates.IsLive(state))
        {
            return;
        }

        if (row.IsValid(s_payload) && JsonText.HasEscapedNul(row.Raw(s_payload)))
        {
            row.Add(s_payload, $"holds U+0000, which cannot be stored in the payload of a task that is {TaskStates.Name(state)}");
        }
        else if (kind is TaskKind.Execution or TaskKind.Evaluation && JsonText.HasEscapedNul(row.Json))
        {
            row.Add(CheckpointRule.Record, null, $"holds U+0000, which cannot be stored in a task of kind {TaskKinds.Name(kind)} that is {TaskStates.Name(state)}");
        }
    }

    private static void CheckClaim(ref RowView row, TaskState state)
    {
        if (state == TaskState.None)
        {
            row.Check(s_claim, required: false);
            return;
        }

        var claimed = state is TaskState.Claimed or TaskState.Submitted;
        if (claimed || !row.IsPresent(s_claim))
        {
            row.Check(s_claim, required: claimed);
        }
        else
        {
            row.Add(s_claim, $"must be absent in state {TaskStates.Name(state)}");
        }
    }
}
