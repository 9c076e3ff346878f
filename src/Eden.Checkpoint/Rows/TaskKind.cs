namespace Eden.Checkpoint.Rows;

/// <summary>The kinds of tasks and submissions (§4).</summary>
internal enum TaskKind : byte
{
    None,
    Ideation,
    Execution,
    Evaluation,
}
