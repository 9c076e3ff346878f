namespace Eden.Checkpoint;

/// <summary>The archive's format version is not one this library reads. Problem <c>eden://error/unsupported-checkpoint-version</c>, status 409 (spec §9).</summary>
public sealed class UnsupportedCheckpointVersionException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public UnsupportedCheckpointVersionException(string message, Exception? innerException = null)
        : base(CheckpointProblem.UnsupportedCheckpointVersion, message, innerException: innerException)
    {
    }
}
