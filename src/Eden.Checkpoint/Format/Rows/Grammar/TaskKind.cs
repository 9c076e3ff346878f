namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>The kinds of tasks and submissions (§4).</summary>
internal enum TaskKind : byte
{
    None,
    Ideation,
    Execution,
    Evaluation,
}
