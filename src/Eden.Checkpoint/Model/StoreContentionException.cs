namespace Eden.Checkpoint;

/// <summary>A store gave an import up in favour of another transaction. Nothing was written; the importer tries again from its spooled rows.</summary>
public sealed class StoreContentionException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public StoreContentionException(string message, Exception? innerException = null)
        : base(CheckpointProblem.Internal, message, innerException: innerException)
        => IsRetryable = true;
}
