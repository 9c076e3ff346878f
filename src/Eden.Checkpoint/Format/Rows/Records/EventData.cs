using System.Text;
using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Format.Rows.Records;

/// <summary>The <c>data</c> of registered event types (§4). Other types pass with any object.</summary>
internal static class EventData
{
    // Ids in event data are text and no keys: the log is not joined with the rows, so what no store could keep as a key may stand here.
    private static readonly RecordField s_taskId = RecordField.Conditional("task_id", ValueRule.NonEmptyString);
    private static readonly RecordField s_ideaId = RecordField.Conditional("idea_id", ValueRule.NonEmptyString);
    private static readonly RecordField s_variantId = RecordField.Conditional("variant_id", ValueRule.NonEmptyString);
    private static readonly RecordField s_workerId = RecordField.Conditional("worker_id", ValueRule.WorkerId);

    // One name, several meanings: the kind of a created task, and the mark of a baseline variant; why a task failed or was reassigned, and why
    // the experiment ended.
    private static readonly RecordField s_kind = RecordField.Conditional("kind", ValueRule.String);
    private static readonly RecordField s_reason = RecordField.Conditional("reason", ValueRule.String);
    private static readonly RecordField s_cause = RecordField.ConditionalChoice("cause", "expired", "operator", "health_policy");
    private static readonly RecordField s_newTarget = RecordField.ConditionalNullableTarget("new_target");
    private static readonly RecordField s_reassignedBy = RecordField.Conditional("reassigned_by", ValueRule.Actor);
    private static readonly RecordField s_commitSha = RecordField.Conditional("commit_sha", ValueRule.CommitSha);
    private static readonly RecordField s_variantCommitSha = RecordField.Conditional("variant_commit_sha", ValueRule.CommitSha);
    private static readonly RecordField s_dispatchMode = RecordField.Conditional("dispatch_mode", ValueRule.DecisionMap);
    private static readonly RecordField s_changed = RecordField.Conditional("changed", ValueRule.DecisionMap);
    private static readonly RecordField s_updatedBy = RecordField.Conditional("updated_by", ValueRule.Actor);
    private static readonly RecordField s_terminatedBy = RecordField.Conditional("terminated_by", ValueRule.Actor);
    private static readonly RecordField s_policyKind = RecordField.Conditional("policy_kind", ValueRule.NonEmptyString);
    private static readonly RecordField s_errorType = RecordField.Conditional("error_type", ValueRule.NonEmptyString);
    private static readonly RecordField s_errorMessage = RecordField.Conditional("error_message", ValueRule.String);

    private static readonly (byte[] Type, RecordField[] Needed)[] s_types =
    [
        Type("task.created", s_taskId, s_kind),
        Type("task.claimed", s_taskId, s_workerId),
        Type("task.submitted", s_taskId),
        Type("task.completed", s_taskId),
        Type("task.failed", s_taskId, s_reason),
        Type("task.reclaimed", s_taskId, s_cause),
        Type("task.reassigned", s_taskId, s_newTarget, s_reason, s_reassignedBy),
        Type("idea.drafted", s_ideaId),
        Type("idea.ready", s_ideaId),
        Type("idea.dispatched", s_ideaId, s_taskId),
        Type("idea.completed", s_ideaId, s_taskId),
        Type("variant.started", s_variantId),
        Type("variant.succeeded", s_variantId, s_commitSha),
        Type("variant.errored", s_variantId),
        Type("variant.evaluation_errored", s_variantId),
        Type("variant.integrated", s_variantId, s_variantCommitSha),
        Type("experiment.dispatch_mode_changed", s_dispatchMode, s_changed, s_updatedBy),
        Type("experiment.terminated", s_reason, s_terminatedBy),
        Type("experiment.policy_error", s_policyKind, s_errorType, s_errorMessage),
    ];

    public static RecordField[] Fields =>
    [
        s_taskId, s_ideaId, s_variantId, s_workerId, s_kind, s_reason, s_cause, s_newTarget, s_reassignedBy, s_commitSha, s_variantCommitSha,
        s_dispatchMode, s_changed, s_updatedBy, s_terminatedBy, s_policyKind, s_errorType, s_errorMessage,
    ];

    public static void Check(ref RowView row, ReadOnlySpan<byte> type)
    {
        foreach (var (name, needed) in s_types)
        {
            if (!type.SequenceEqual(name))
            {
                continue;
            }

            foreach (var field in needed)
            {
                row.Check(field, required: true);
            }

            CheckSpecialCase(ref row, name);
            return;
        }
    }

    private static void CheckSpecialCase(ref RowView row, ReadOnlySpan<byte> type)
    {
        if (type.SequenceEqual("task.created"u8))
        {
            if (row.IsValid(s_kind) && TaskKinds.Parse(row.Text(s_kind)) == TaskKind.None)
            {
                row.Add(s_kind, $"{ShownValue.Quoted(row.Text(s_kind))} is none of {string.Join(", ", TaskKinds.Names)}");
            }
        }
        else if (type.SequenceEqual("task.failed"u8))
        {
            if (row.IsValid(s_reason)
                && !row.Is(s_reason, "worker_error"u8) && !row.Is(s_reason, "validation_error"u8) && !row.Is(s_reason, "policy_limit"u8))
            {
                row.Add(s_reason, $"{ShownValue.Quoted(row.Text(s_reason))} is none of worker_error, validation_error, policy_limit");
            }
        }
        else if (type.SequenceEqual("task.reassigned"u8))
        {
            if (row.IsValid(s_reason) && row.Text(s_reason).IsEmpty)
            {
                row.Add(s_reason, "`` must not be empty");
            }
        }
        else if (type.SequenceEqual("variant.started"u8))
        {
            row.Check(s_kind, required: false);
            if (row.IsValid(s_kind) && !row.Is(s_kind, "baseline"u8))
            {
                row.Add(s_kind, $"{ShownValue.Quoted(row.Text(s_kind))} is not baseline");
            }

            row.Check(s_ideaId, required: !row.Is(s_kind, "baseline"u8));
        }
    }

    private static (byte[] Type, RecordField[] Needed) Type(string name, params RecordField[] needed) => (Encoding.UTF8.GetBytes(name), needed);
}
