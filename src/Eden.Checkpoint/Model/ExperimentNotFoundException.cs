namespace Eden.Checkpoint;

/// <summary>The store holds no such experiment. Problem <c>eden://error/not-found</c>, status 404 (spec §9).</summary>
public sealed class ExperimentNotFoundException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ExperimentNotFoundException(string message, Exception? innerException = null)
        : base(CheckpointProblem.NotFound, message, innerException: innerException)
    {
    }
}
