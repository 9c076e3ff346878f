namespace Eden.Checkpoint;

/// <summary>The import target is not empty, or the id override collides. Problem <c>eden://error/experiment-id-conflict</c>, status 409 (spec §9).</summary>
public sealed class ExperimentIdConflictException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ExperimentIdConflictException(string message, Exception? innerException = null)
        : base(CheckpointProblem.ExperimentIdConflict, message, innerException: innerException)
    {
    }
}
