namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>The names of the kinds of tasks and submissions.</summary>
internal static class TaskKinds
{
    public static string[] Names => ["ideation", "execution", "evaluation"];

    public static TaskKind Parse(ReadOnlySpan<byte> name)
        => name.SequenceEqual("ideation"u8) ? TaskKind.Ideation
            : name.SequenceEqual("execution"u8) ? TaskKind.Execution
            : name.SequenceEqual("evaluation"u8) ? TaskKind.Evaluation
            : TaskKind.None;

    public static string Name(TaskKind kind) => Names[(int)kind - 1];
}
