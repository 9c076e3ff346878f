namespace Eden.Checkpoint;

/// <summary>The header or override names another experiment than the one at hand. Problem <c>eden://error/experiment-id-mismatch</c>, status 400 (spec §9).</summary>
public sealed class ExperimentIdMismatchException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ExperimentIdMismatchException(string message, Exception? innerException = null)
        : base(CheckpointProblem.ExperimentIdMismatch, message, innerException: innerException)
    {
    }
}
