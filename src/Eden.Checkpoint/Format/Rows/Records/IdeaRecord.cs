using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Format.Rows.Records;

/// <summary>A row of <c>ideas.jsonl</c> (§4).</summary>
internal static class IdeaRecord
{
    public static readonly RecordField IdeaId = RecordField.Required("idea_id", ValueRule.EntityId);
    private static readonly RecordField s_parentCommits = RecordField.Required("parent_commits", ValueRule.CommitShaList);
    private static readonly RecordField s_artifactsUri = RecordField.Required("artifacts_uri", ValueRule.Uri);

    public static readonly RecordShape Shape = RecordShape.Of(
        IdeaId,
        RecordField.Required("experiment_id", ValueRule.OwnExperimentId),
        RecordField.Required("slug", ValueRule.Slug),
        RecordField.Required("priority", ValueRule.Number),
        s_parentCommits,
        s_artifactsUri,
        RecordField.RequiredChoice("state", "drafting", "ready", "dispatched", "completed"),
        RecordField.Required("created_at", ValueRule.Timestamp),
        RecordField.Optional("created_by", ValueRule.WorkerId),
        RecordField.OptionalTarget("intended_executor"),
        RecordField.OptionalTarget("intended_evaluator"));

    public static void Check(ref RowView row)
    {
        row.Check(Shape);
        if (row.IsValid(IdeaId))
        {
            row.Context.Keys.Define(KeySpace.Idea, row.Id, row.Line);
        }

        if (row.IsValid(s_parentCommits))
        {
            row.AddCommits(GitReferenceField.IdeaParentCommits, s_parentCommits);
        }

        row.AddArtifact(KeyUse.IdeaArtifact, s_artifactsUri);
    }
}
