using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Rows.Records;

/// <summary><c>experiment.json</c> (§4).</summary>
internal static class ExperimentRecord
{
    public static readonly RecordField ExperimentId = RecordField.Required("experiment_id", ValueRule.OwnExperimentId);
    private static readonly RecordField s_baseCommitSha = RecordField.Optional("base_commit_sha", ValueRule.CommitSha);

    // The decisions of dispatch_mode are an open list: unknown names are kept with whatever they hold.
    public static readonly RecordShape Shape = RecordShape.Of(
        ExperimentId,
        RecordField.RequiredChoice("state", "running", "terminated"),
        RecordField.Required("created_at", ValueRule.Timestamp),
        RecordField.Optional("name", ValueRule.DisplayName),
        s_baseCommitSha,
        RecordField.NullableObject(
            "imported_from",
            RecordField.Required("checkpoint_exported_at", ValueRule.Timestamp),
            RecordField.Required("checkpoint_format_version", ValueRule.NonEmptyString),
            RecordField.Required("source_experiment_id", ValueRule.ExperimentId)),
        RecordField.OptionalObject(
            "dispatch_mode",
            [.. DispatchDefaults.Decisions.Select(static name => RecordField.OptionalChoice(name, DispatchDefaults.Automatic, DispatchDefaults.Manual))]));

    public static void Check(ref RowView row)
    {
        row.Check(Shape);
        if (row.IsValid(s_baseCommitSha))
        {
            row.AddCommit(GitReferenceField.ExperimentBaseCommitSha, s_baseCommitSha);
        }

        // The rows are still compared with the id that experiment.json gives, when the caller has named none.
        if (row.Context.ExperimentId is null && row.IsValid(ExperimentId) && row[ExperimentId].Type == JsonTokenType.String)
        {
            row.Context.ExperimentId = row.Text(ExperimentId).ToArray();
        }
    }
}
