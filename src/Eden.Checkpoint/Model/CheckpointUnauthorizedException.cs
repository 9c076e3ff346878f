namespace Eden.Checkpoint;

/// <summary>No bearer, or one that is not valid. Problem <c>eden://error/unauthorized</c>, status 401 (spec §9).</summary>
public sealed class CheckpointUnauthorizedException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointUnauthorizedException(string message, Exception? innerException = null)
        : base(CheckpointProblem.Unauthorized, message, innerException: innerException)
    {
    }
}
