using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Format.Rows.Records;

/// <summary>A row of <c>workers.jsonl</c> (§4). Reserved names pass: an import is not a registration.</summary>
internal static class WorkerRecord
{
    public static readonly RecordField WorkerId = RecordField.Required("worker_id", ValueRule.WorkerId);

    public static readonly RecordShape Shape = RecordShape.Of([
        WorkerId,
        RecordField.Required("experiment_id", ValueRule.OwnExperimentId),
        RecordField.Required("registered_at", ValueRule.Timestamp),
        RecordField.Optional("name", ValueRule.DisplayName),
        RecordField.Optional("registered_by", ValueRule.Actor),
        RecordField.Optional("labels", ValueRule.StringMap),
        .. CredentialFields.OfWorkers.Select(static name => RecordField.Optional(name, ValueRule.Forbidden)),
    ]);

    public static void Check(ref RowView row)
    {
        row.Check(Shape);
        if (row.IsValid(WorkerId))
        {
            row.Context.Keys.Define(KeySpace.Worker, row.Id, row.Line);
        }
    }
}
