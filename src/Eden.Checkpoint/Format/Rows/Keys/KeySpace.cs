namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>The sets of ids that are unique among themselves (§4).</summary>
internal enum KeySpace : byte
{
    Task,
    Idea,
    Variant,
    Event,
    Worker,
    Group,

    /// <summary>The hashes of the artifacts that the archive carries (§8).</summary>
    Artifact,

    /// <summary>The display names of groups, which should differ.</summary>
    GroupName,

    /// <summary>The lines of <c>submissions.jsonl</c>.</summary>
    SubmissionLine,
}
