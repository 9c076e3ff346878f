using Eden.Checkpoint.Format.Rows.Grammar;

namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>What the ledger keeps of a task, in one byte.</summary>
internal readonly record struct TaskAttribute(TaskKind Kind, TaskState State)
{
    private const int StateShift = 4;

    public static TaskAttribute Read(byte attribute) => new((TaskKind)(attribute & ((1 << StateShift) - 1)), (TaskState)(attribute >> StateShift));

    public byte ToByte() => (byte)((byte)Kind | ((byte)State << StateShift));
}
