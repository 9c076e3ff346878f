using System.Globalization;
using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>Judges present values by their <see cref="ValueRule"/>.</summary>
internal static class FieldRules
{
    /// <summary>A ref name that no bundle of ours could carry; kept from filling the memory of the reference set.</summary>
    private const int LongestBranch = 1 << 16;

    /// <summary>The longest key that every store can index.</summary>
    private const int LongestEntityId = 2000;

    private static readonly byte[][] s_modes = [Encoding.UTF8.GetBytes(DispatchDefaults.Automatic), Encoding.UTF8.GetBytes(DispatchDefaults.Manual)];

    public static bool Check(ref RowView row, RecordField field, RowValue value)
    {
        switch (field.Rule)
        {
            case ValueRule.Any:
                return true;
            case ValueRule.Forbidden:
                // Whatever it holds is not repeated in the message.
                if (row.Context.LeavesCredentialsOut)
                {
                    row.Warn(field.Path, "was left out of the archive: it is a credential");
                }
                else
                {
                    row.Add(field, "must not be in an archive: it is a credential");
                }

                return false;
            case ValueRule.Number:
                return Expect(ref row, field, value, value.Type == JsonTokenType.Number, "a number");
            case ValueRule.Object:
            case ValueRule.Target:
                return Expect(ref row, field, value, value.Type == JsonTokenType.StartObject, "an object");
            case ValueRule.StringMap:
            case ValueRule.DecisionMap:
                return Expect(ref row, field, value, value.Type == JsonTokenType.StartObject, "an object") && CheckMap(ref row, field);
            case ValueRule.CommitShaList:
            case ValueRule.EntityIdList:
            case ValueRule.MemberList:
                return Expect(ref row, field, value, value.Type == JsonTokenType.StartArray, "an array") && CheckList(ref row, field);
            default:
                return Expect(ref row, field, value, value.Type == JsonTokenType.String, "a string") && CheckString(ref row, field);
        }
    }

    private static bool CheckString(ref RowView row, RecordField field)
    {
        var text = row.Text(field);
        var complaint = field.Rule switch
        {
            ValueRule.OwnExperimentId => OwnExperimentComplaint(row.Context.ExperimentId, text),
            ValueRule.Choice => ChoiceComplaint(field.Choices, text),
            _ => Complaint(field.Rule, text),
        };
        if (complaint is null)
        {
            return true;
        }

        row.Add(
            field.Rule == ValueRule.WorkBranch && text.Length > LongestBranch ? CheckpointRule.Limit : CheckpointRule.Record,
            field.Path,
            $"{ShownValue.Quoted(text)} {complaint}");
        return false;
    }

    private static string? Complaint(ValueRule rule, ReadOnlySpan<byte> text) => rule switch
    {
        ValueRule.String => null,
        ValueRule.NonEmptyString => text.IsEmpty ? "must not be empty" : null,
        ValueRule.EntityId => EntityIdComplaint(text),
        ValueRule.ExperimentId => RecordGrammar.IsExperimentId(text) ? null : "is not an experiment id (exp_ and 26 base32 characters)",
        ValueRule.WorkerId => RecordGrammar.IsWorkerId(text) ? null : "is not a worker id (wkr_ and 26 base32 characters)",
        ValueRule.GroupId => RecordGrammar.IsGroupId(text) ? null : "is not a group id (grp_ and 26 base32 characters)",
        ValueRule.Actor => RecordGrammar.IsActor(text) ? null : "is neither admin nor a worker id",
        ValueRule.Member => RecordGrammar.IsMember(text) ? null : "is neither a worker id nor a group id",
        ValueRule.Timestamp => RecordGrammar.IsTimestamp(text) ? null : "is not a UTC timestamp (YYYY-MM-DDTHH:MM:SS[.fraction]Z, a real date)",
        ValueRule.CommitSha => RecordGrammar.IsCommitSha(text) ? null : "is not a commit hash (40 or 64 lowercase hex digits)",
        ValueRule.Uri => UriComplaint(text),
        ValueRule.DisplayName => DisplayName.Complaint(text),
        ValueRule.Slug => RecordGrammar.IsSlug(text) ? null : "is not a slug (^[a-z0-9][a-z0-9-]*$)",
        ValueRule.WorkBranch => !RecordGrammar.IsWorkBranch(text) ? "is not a work branch (^work/.+$)"
            : text.Length > LongestBranch ? string.Create(CultureInfo.InvariantCulture, $"is longer than {LongestBranch} bytes")
            : null,
        ValueRule.EventType => RecordGrammar.IsEventType(text) ? null : "is not an event type (lowercase words joined by dots)",
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "The rule is not one for strings."),
    };

    private static string? EntityIdComplaint(ReadOnlySpan<byte> text)
        => text.IsEmpty ? "must not be empty"
            : text.Length > LongestEntityId ? string.Create(CultureInfo.InvariantCulture, $"is longer than {LongestEntityId} bytes, the most that an index row of a store is sure to hold")
            : text.Contains((byte)0) ? "holds U+0000, which a store cannot keep in an id"
            : null;

    /// <summary>Artifacts that travel in the archive are named by their hash (§8): a name of another form cannot be there.</summary>
    private static string? UriComplaint(ReadOnlySpan<byte> text)
        => !UriGrammar.IsUri(text) ? "is not a URI with a scheme (RFC 3986)"
            : text.StartsWith(ArtifactUri.Prefix) && !ArtifactUri.TryGetHash(text, out _) ? "does not name an artifact by 64 lowercase hex digits"
            : null;

    private static string? OwnExperimentComplaint(byte[]? expected, ReadOnlySpan<byte> text)
        => !RecordGrammar.IsExperimentId(text) ? Complaint(ValueRule.ExperimentId, text)
            : expected is null || text.SequenceEqual(expected) ? null
            : $"is another experiment than {ShownValue.Quoted(expected)}";

    private static string? ChoiceComplaint(byte[][] choices, ReadOnlySpan<byte> text)
    {
        foreach (var choice in choices)
        {
            if (text.SequenceEqual(choice))
            {
                return null;
            }
        }

        return choices.Length == 1
            ? $"is not {ShownValue.Of(choices[0])}"
            : $"is none of {string.Join(", ", choices.Select(choice => ShownValue.Of(choice)))}";
    }

    /// <summary>Judges the elements of an array, in a pass over this array only.</summary>
    private static bool CheckList(ref RowView row, RecordField field)
    {
        var (rule, noun) = field.Rule switch
        {
            ValueRule.CommitShaList => (ValueRule.CommitSha, "a commit hash"),
            ValueRule.MemberList => (ValueRule.Member, "a member id"),
            _ => (ValueRule.EntityId, "a string"),
        };
        var good = true;
        var raw = row.Raw(field);
        var distinct = row.Context.Distinct;
        var names = distinct.Begin();
        var items = new RowListReader(raw);
        while (items.Read())
        {
            if (items.Type != JsonTokenType.String)
            {
                good = false;
                AddItem(ref row, field, items, $"must be {noun}, not {items.TypeName}");
                continue;
            }

            var text = items.Text(row.Context.Scanner);
            if (Complaint(rule, text) is { } complaint)
            {
                good = false;
                AddItem(ref row, field, items, complaint, text);
            }
            else if (rule == ValueRule.Member && !distinct.Add(names, raw, items.Start, items.Length, items.Escaped))
            {
                WarnOfRepeated(ref row, items.PathIn(field), ShownValue.Of(text));
            }
        }

        if (rule == ValueRule.Member)
        {
            var repeated = row.Context.Repeated;
            distinct.End(names, raw, repeated);
            distinct.Reset();
            foreach (var member in repeated)
            {
                WarnOfRepeated(ref row, field.Path, member);
            }

            repeated.Clear();
        }

        if (rule == ValueRule.CommitSha && items.Count == 0)
        {
            good = false;
            row.Add(field, "must name at least one commit");
        }

        return good;
    }

    private static bool CheckMap(ref RowView row, RecordField field)
    {
        var good = true;
        var items = new RowListReader(row.Raw(field));
        while (items.Read())
        {
            if (items.Type != JsonTokenType.String)
            {
                good = false;
                AddItem(ref row, field, items, $"must be a string, not {items.TypeName}");
            }
            else if (field.Rule == ValueRule.DecisionMap && ChoiceComplaint(s_modes, items.Text(row.Context.Scanner)) is { } complaint)
            {
                good = false;
                AddItem(ref row, field, items, complaint, items.Text(row.Context.Scanner));
            }
        }

        return good;
    }

    /// <summary>Judges a target whose fields have been judged: its id is one of its kind.</summary>
    public static void CheckTarget(ref RowView row, RecordShape target)
    {
        var (kind, id) = (target.Fields[0], target.Fields[1]);
        if (!row.IsValid(kind) || !row.IsValid(id))
        {
            return;
        }

        var rule = row.Is(kind, "worker"u8) ? ValueRule.WorkerId : ValueRule.GroupId;
        if (Complaint(rule, row.Text(id)) is { } complaint)
        {
            row.Add(id, $"{ShownValue.Quoted(row.Text(id))} {complaint}, which a target of this kind names");
        }
    }

    /// <summary>An array may hold millions of wrong elements: past what is listed they are counted without a text.</summary>
    private static void AddItem(ref RowView row, RecordField field, RowListReader item, string complaint, ReadOnlySpan<byte> shown = default)
    {
        if (row.Context.Findings.IsFull)
        {
            row.Context.Findings.AddUnlisted();
            return;
        }

        row.Add(CheckpointRule.Record, item.PathIn(field), shown.IsEmpty ? complaint : $"{ShownValue.Quoted(shown)} {complaint}");
    }

    /// <summary>A store keeps a member once, whatever the record says.</summary>
    private static void WarnOfRepeated(ref RowView row, string path, string member)
    {
        if (row.Context.Findings.Warnings.IsFull)
        {
            row.Context.Findings.Warnings.AddUnlisted();
            return;
        }

        row.Warn(path, $"`{member}` is named twice; an import keeps it once");
    }

    private static bool Expect(ref RowView row, RecordField field, RowValue value, bool right, string type)
    {
        if (!right)
        {
            row.Add(field, $"must be {type}, not {value.TypeName}");
        }

        return right;
    }
}
