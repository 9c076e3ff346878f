using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Format.Rows.Records;

/// <summary>A row of <c>submissions.jsonl</c> (§4): flat, with the fields of its task's kind.</summary>
/// <remarks>Everything but the task and the kind is the success contract of the role. It binds where the task is completed; what is wrong with it is set
/// aside until that is known.</remarks>
internal static class SubmissionRecord
{
    public static readonly RecordField TaskId = RecordField.Required("task_id", ValueRule.EntityId);
    private static readonly RecordField s_kind = RecordField.RequiredChoice("kind", TaskKinds.Names);
    private static readonly RecordField s_status = RecordField.ConditionalChoice("status", "success", "error", "evaluation_error");

    // What belongs to another kind is an unknown key and passes as it is.
    private static readonly RecordField s_ideaIds = RecordField.Conditional("idea_ids", ValueRule.EntityIdList);
    private static readonly RecordField s_variantId = RecordField.Conditional("variant_id", ValueRule.EntityId);
    private static readonly RecordField s_commitSha = RecordField.Conditional("commit_sha", ValueRule.CommitSha);
    private static readonly RecordField s_evaluation = RecordField.Conditional("evaluation", ValueRule.Object);
    private static readonly RecordField s_artifactsUri = RecordField.Conditional("artifacts_uri", ValueRule.Uri);

    public static readonly RecordShape Shape =
        RecordShape.Of(TaskId, s_kind, s_status, s_ideaIds, s_variantId, s_commitSha, s_evaluation, s_artifactsUri);

    public static void Check(ref RowView row)
    {
        row.Check(Shape);
        var kind = row.IsValid(s_kind) ? TaskKinds.Parse(row.Text(s_kind)) : TaskKind.None;
        if (row.IsValid(TaskId))
        {
            row.Context.Keys.Refer(
                KeySpace.Task, KeyUse.SubmissionTask, row.Id, row.Id, row.Line, attribute: new TaskAttribute(kind, TaskState.None).ToByte());
        }

        var findings = row.Context.Findings;
        findings.BeginAside();
        CheckContract(ref row, kind);
        for (var index = 0; index < findings.Aside.Count; index++)
        {
            // Before what the submission names and is not there, which is found later.
            var fault = findings.Aside[index];
            row.Context.Submissions.Add(row.Line, row.Id, int.MinValue + index, fault.Rule, fault.Field, fault.Message);
        }

        if (findings.FurtherAside > 0)
        {
            row.Context.Submissions.AddFurther(row.Line, findings.FurtherAside);
        }

        findings.EndAside();
    }

    private static void CheckContract(ref RowView row, TaskKind kind)
    {
        row.Check(s_status, required: true);
        if (kind is TaskKind.Ideation or TaskKind.Execution && row.Is(s_status, "evaluation_error"u8))
        {
            row.Add(s_status, $"`evaluation_error` is not a status of kind {TaskKinds.Name(kind)}");
        }

        var success = row.Is(s_status, "success"u8);
        switch (kind)
        {
            case TaskKind.Ideation:
                CheckIdeas(ref row);
                break;
            case TaskKind.Execution:
                CheckVariant(ref row);
                row.Check(s_commitSha, required: success);
                if (row.IsValid(s_commitSha))
                {
                    row.AddCommit(GitReferenceField.SubmissionCommitSha, s_commitSha);
                }

                break;
            case TaskKind.Evaluation:
                CheckVariant(ref row);
                row.Check(s_evaluation, required: success);
                break;
            default:
                break;
        }
    }

    private static void CheckIdeas(ref RowView row)
    {
        row.Check(s_ideaIds, required: true);
        if (!row.IsValid(s_ideaIds))
        {
            return;
        }

        var items = new RowListReader(row.Raw(s_ideaIds));
        while (items.Read())
        {
            row.Context.Keys.Refer(
                KeySpace.Idea, KeyUse.SubmissionIdeas, items.Text(row.Context.Scanner), row.Id, row.Line, items.Count - 1);
        }
    }

    private static void CheckVariant(ref RowView row)
    {
        row.Check(s_variantId, required: true);
        row.Check(s_artifactsUri, required: false);
        if (row.IsValid(s_variantId))
        {
            row.Context.Keys.Refer(KeySpace.Variant, KeyUse.SubmissionVariant, row.Text(s_variantId), row.Id, row.Line);
        }

        row.AddArtifact(KeyUse.SubmissionArtifact, s_artifactsUri);
    }
}
