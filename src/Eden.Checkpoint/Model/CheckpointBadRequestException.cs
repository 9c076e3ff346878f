namespace Eden.Checkpoint;

/// <summary>The request itself is wrong: an unrecognised format version asked of an export, or an empty upload. Problem <c>eden://error/bad-request</c>, status 400 (spec §9).</summary>
public sealed class CheckpointBadRequestException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointBadRequestException(string message, Exception? innerException = null)
        : base(CheckpointProblem.BadRequest, message, innerException: innerException)
    {
    }
}
