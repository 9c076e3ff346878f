namespace Eden.Checkpoint;

/// <summary>A finding that an operator should know of and that stops nothing. Immutable and thread-safe.</summary>
/// <param name="Code">What it is about, for programs.</param>
/// <param name="Message">What there is to know, for people. Values are shortened; never a credential.</param>
public sealed record CheckpointWarning(CheckpointWarningCode Code, string Message)
{
    /// <summary>Returns the message.</summary>
    public override string ToString() => Message;
}
