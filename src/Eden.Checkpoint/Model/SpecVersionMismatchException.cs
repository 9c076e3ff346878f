namespace Eden.Checkpoint;

/// <summary>The archive's spec version is not one this library reads. Problem <c>eden://error/spec-version-mismatch</c>, status 409 (spec §9).</summary>
public sealed class SpecVersionMismatchException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public SpecVersionMismatchException(string message, Exception? innerException = null)
        : base(CheckpointProblem.SpecVersionMismatch, message, innerException: innerException)
    {
    }
}
