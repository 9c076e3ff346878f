namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>The states of tasks (§4).</summary>
internal enum TaskState : byte
{
    None,
    Pending,
    Claimed,
    Submitted,
    Completed,
    Failed,
}
