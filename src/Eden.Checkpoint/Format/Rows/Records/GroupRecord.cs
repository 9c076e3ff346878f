using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Format.Rows.Records;

/// <summary>A row of <c>groups.jsonl</c> (§4). Members need not exist.</summary>
internal static class GroupRecord
{
    public static readonly RecordField GroupId = RecordField.Required("group_id", ValueRule.GroupId);
    private static readonly RecordField s_members = RecordField.Required("members", ValueRule.MemberList);
    private static readonly RecordField s_name = RecordField.Optional("name", ValueRule.DisplayName);

    public static readonly RecordShape Shape = RecordShape.Of(
        GroupId,
        RecordField.Required("experiment_id", ValueRule.OwnExperimentId),
        s_members,
        RecordField.Required("created_at", ValueRule.Timestamp),
        s_name,
        RecordField.Optional("created_by", ValueRule.Actor));

    public static void Check(ref RowView row)
    {
        row.Check(Shape);
        if (!row.IsValid(GroupId))
        {
            return;
        }

        row.Context.Keys.Define(KeySpace.Group, row.Id, row.Line);
        if (row.IsValid(s_name))
        {
            row.Context.Keys.Refer(KeySpace.GroupName, KeyUse.GroupName, row.Text(s_name), row.Id, row.Line);
        }

        if (!row.IsValid(s_members))
        {
            return;
        }

        var items = new RowListReader(row.Raw(s_members));
        while (items.Read())
        {
            var member = items.Text(row.Context.Scanner);
            if (RecordGrammar.IsGroupId(member))
            {
                row.Context.Groups.Add(row.Id, row.Line, member, items.Count - 1, row.Context.Violations);
            }
        }
    }
}
