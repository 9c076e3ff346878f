namespace Eden.Checkpoint;

/// <summary>The bearer is valid but may not use this operation. Problem <c>eden://error/forbidden</c>, status 403 (spec §9).</summary>
public sealed class CheckpointForbiddenException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointForbiddenException(string message, Exception? innerException = null)
        : base(CheckpointProblem.Forbidden, message, innerException: innerException)
    {
    }
}
