using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>One scanned row while its fields are judged.</summary>
internal ref struct RowView
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly string _member;
    private readonly long? _line;
    private ulong _valid;

    public RowView(RowContext context, string member, long? line, ReadOnlySpan<byte> json, RecordField id)
    {
        Context = context;
        _member = member;
        _line = line;
        _json = json;
        Id = context.Scanner[id].Type == JsonTokenType.String ? Copy(context.Scanner[id]) : [];
    }

    public RowContext Context { get; }

    /// <summary>Gets the record's id; empty when it is unknown.</summary>
    public ReadOnlySpan<byte> Id { get; }

    /// <summary>Gets the id as the set of git references keeps it: a monstrous one is cut, so that the set stays small.</summary>
    public readonly ReadOnlySpan<byte> ReferenceId => Id.Length <= KeyRecord.LongestKey ? Id : Encoding.UTF8.GetBytes(ShownValue.Of(Id));

    public readonly long Line => _line ?? 0;

    public readonly RowValue this[RecordField field] => Context.Scanner[field];

    /// <summary>Tells whether a field is there and was judged to be right.</summary>
    public readonly bool IsValid(RecordField field) => (_valid & (1UL << field.Slot)) != 0;

    public readonly bool IsPresent(RecordField field) => this[field].IsPresent;

    /// <summary>Returns the text of a string. Valid until the next escaped text is asked for.</summary>
    public readonly ReadOnlySpan<byte> Text(RecordField field) => Context.Scanner.Text(_json, this[field]);

    /// <summary>Returns the bytes of a value.</summary>
    public readonly ReadOnlySpan<byte> Raw(RecordField field) => _json.Slice(this[field].Start, this[field].Length);

    /// <summary>Gets the bytes of the record.</summary>
    public readonly ReadOnlySpan<byte> Json => _json;

    /// <summary>Tells whether a field holds a certain string.</summary>
    public readonly bool Is(RecordField field, ReadOnlySpan<byte> text)
        => this[field].Type == JsonTokenType.String && Text(field).SequenceEqual(text);

    /// <summary>Judges every field of a shape whose rule depends on nothing else.</summary>
    public void Check(RecordShape shape)
    {
        foreach (var field in shape.Fields)
        {
            if (!field.IsConditional)
            {
                Check(field, field.IsRequired);
            }
        }
    }

    /// <summary>Judges one field and what is inside it.</summary>
    public void Check(RecordField field, bool required)
    {
        var value = this[field];
        if (!value.IsPresent)
        {
            if (required)
            {
                Add(field, "is required");
            }

            return;
        }

        if (value.Type == JsonTokenType.Null && field.Rule != ValueRule.Forbidden)
        {
            if (!field.MayBeNull)
            {
                Add(field, "must not be null");
            }

            return;
        }

        if (FieldRules.Check(ref this, field, value))
        {
            _valid |= 1UL << field.Slot;
            if (field.Shape is { } shape)
            {
                Check(shape);
                if (field.Rule == ValueRule.Target)
                {
                    FieldRules.CheckTarget(ref this, shape);
                }
            }
        }
    }

    /// <summary>Notes the commit that a valid field names, for the cross-reference check.</summary>
    public readonly void AddCommit(GitReferenceField reference, RecordField field)
        => Context.References.AddCommit(reference, Text(field), ReferenceId, Line, -1);

    /// <summary>Notes the commits that a valid array names.</summary>
    public readonly void AddCommits(GitReferenceField reference, RecordField field)
    {
        var items = new RowListReader(Raw(field));
        while (items.Read())
        {
            Context.References.AddCommit(reference, items.Text(Context.Scanner), ReferenceId, Line, items.Count - 1);
        }
    }

    /// <summary>Notes the artifact that a field names, when the archive should carry it (§8).</summary>
    public readonly void AddArtifact(KeyUse use, RecordField field)
    {
        if (IsValid(field) && ArtifactUri.TryGetHash(Text(field), out var hash))
        {
            Context.ArtifactUses++;
            Context.Keys.Refer(KeySpace.Artifact, use, hash, Id, Line);
        }
    }

    public readonly void Add(RecordField field, string message) => Add(CheckpointRule.Record, field.Path, message);

    public readonly void Add(CheckpointRule rule, string? field, string message) => Context.Findings.Add(Finding(rule, field, message));

    /// <summary>Notes what is odd and does no harm.</summary>
    public readonly void Warn(string? field, string message) => Context.Findings.Warnings.Add(Finding(CheckpointRule.Record, field, message));

    private readonly CheckpointViolation Finding(CheckpointRule rule, string? field, string message)
        => new(rule, _member, _line, Id.IsEmpty ? null : ShownValue.Of(Id), field, message);

    private readonly ReadOnlySpan<byte> Copy(RowValue value)
        => value.Escaped ? Context.Scanner.Text(_json, value).ToArray() : Context.Scanner.Text(_json, value);
}
