namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>The names of the states of tasks.</summary>
internal static class TaskStates
{
    public static string[] Names => ["pending", "claimed", "submitted", "completed", "failed"];

    public static TaskState Parse(ReadOnlySpan<byte> name)
        => name.SequenceEqual("pending"u8) ? TaskState.Pending
            : name.SequenceEqual("claimed"u8) ? TaskState.Claimed
            : name.SequenceEqual("submitted"u8) ? TaskState.Submitted
            : name.SequenceEqual("completed"u8) ? TaskState.Completed
            : name.SequenceEqual("failed"u8) ? TaskState.Failed
            : TaskState.None;

    public static string Name(TaskState state) => Names[(int)state - 1];

    /// <summary>Tells whether a task is not finished: only one such task may work on an idea or a variant.</summary>
    public static bool IsLive(TaskState state) => state is TaskState.Pending or TaskState.Claimed or TaskState.Submitted;
}
