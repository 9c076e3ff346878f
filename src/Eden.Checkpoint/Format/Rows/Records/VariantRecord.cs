using System.Text;
using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Format.Rows.Records;

/// <summary>A row of <c>variants.jsonl</c> (§4).</summary>
internal static class VariantRecord
{
    public static readonly RecordField VariantId = RecordField.Required("variant_id", ValueRule.EntityId);
    private static readonly RecordField s_kind = RecordField.OptionalChoice("kind", "baseline");
    private static readonly RecordField s_ideaId = RecordField.Conditional("idea_id", ValueRule.EntityId);
    private static readonly RecordField s_parentCommits = RecordField.Required("parent_commits", ValueRule.CommitShaList);
    private static readonly RecordField s_branch = RecordField.Optional("branch", ValueRule.WorkBranch);
    private static readonly RecordField s_commitSha = RecordField.Optional("commit_sha", ValueRule.CommitSha);
    private static readonly RecordField s_variantCommitSha = RecordField.Optional("variant_commit_sha", ValueRule.CommitSha);
    private static readonly RecordField s_artifactsUri = RecordField.Optional("artifacts_uri", ValueRule.Uri);
    private static readonly RecordField s_executorArtifactsUri = RecordField.Optional("executor_artifacts_uri", ValueRule.Uri);

    public static readonly RecordShape Shape = RecordShape.Of(
        VariantId,
        RecordField.Required("experiment_id", ValueRule.OwnExperimentId),
        s_kind,
        s_ideaId,
        RecordField.RequiredChoice("status", "starting", "success", "error", "evaluation_error"),
        s_parentCommits,
        s_branch,
        s_commitSha,
        s_variantCommitSha,
        s_artifactsUri,
        s_executorArtifactsUri,
        RecordField.Optional("description", ValueRule.String),
        RecordField.Optional("evaluation", ValueRule.Object),
        RecordField.Required("started_at", ValueRule.Timestamp),
        RecordField.Optional("completed_at", ValueRule.Timestamp),
        RecordField.Optional("executed_by", ValueRule.WorkerId),
        RecordField.Optional("evaluated_by", ValueRule.WorkerId));

    public static void Check(ref RowView row)
    {
        row.Check(Shape);
        row.Check(s_ideaId, required: !row.IsValid(s_kind));
        if (row.IsValid(VariantId))
        {
            row.Context.Keys.Define(KeySpace.Variant, row.Id, row.Line);
        }

        if (row.IsValid(s_ideaId))
        {
            row.Context.Keys.Refer(KeySpace.Idea, KeyUse.VariantIdea, row.Text(s_ideaId), row.Id, row.Line);
        }

        AddGitReferences(ref row);
        row.AddArtifact(KeyUse.VariantArtifact, s_artifactsUri);
        row.AddArtifact(KeyUse.VariantExecutorArtifact, s_executorArtifactsUri);
    }

    private static void AddGitReferences(ref RowView row)
    {
        if (row.IsValid(s_branch))
        {
            row.Context.References.AddBranch(
                Encoding.UTF8.GetString(row.Text(s_branch)),
                row.ReferenceId,
                row.Line,
                row.IsValid(s_commitSha) ? Encoding.ASCII.GetString(row.Text(s_commitSha)) : null);
        }

        if (row.IsValid(s_commitSha))
        {
            row.AddCommit(GitReferenceField.VariantCommitSha, s_commitSha);
        }

        if (row.IsValid(s_variantCommitSha))
        {
            row.AddCommit(GitReferenceField.VariantIntegratedCommitSha, s_variantCommitSha);
        }

        if (row.IsValid(s_parentCommits))
        {
            row.AddCommits(GitReferenceField.VariantParentCommits, s_parentCommits);
        }
    }
}
