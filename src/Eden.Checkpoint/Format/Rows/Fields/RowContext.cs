using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Format.Rows.Keys;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>What the records of one checkpoint are checked against, and what they feed. Not thread-safe.</summary>
internal sealed class RowContext(
    RowScanner scanner, ViolationList violations, ViolationList warnings, KeyLedger keys, SubmissionFaults submissions, GroupGraph groups, ReferenceTable references)
{
    public RowScanner Scanner { get; } = scanner;

    public ViolationList Violations { get; } = violations;

    public RowFindings Findings { get; } = new(violations, warnings);

    public KeyLedger Keys { get; } = keys;

    public SubmissionFaults Submissions { get; } = submissions;

    public GroupGraph Groups { get; } = groups;

    public ReferenceTable References { get; } = references;

    /// <summary>Gets a value indicating whether credentials in rows are left out, and not refused: what is checked is being exported.</summary>
    public bool LeavesCredentialsOut { get; init; }

    /// <summary>Gets the scratch set for lists whose elements should differ.</summary>
    public JsonNames Distinct { get; } = new();

    /// <summary>Gets the scratch list for what such a list names twice.</summary>
    public List<string> Repeated { get; } = [];

    /// <summary>Gets or sets how many times rows name artifacts of the archive.</summary>
    public long ArtifactUses { get; set; }

    /// <summary>Gets or sets the id that every record's <c>experiment_id</c> must equal; <see langword="null"/> while it is unknown.</summary>
    public byte[]? ExperimentId { get; set; }
}
