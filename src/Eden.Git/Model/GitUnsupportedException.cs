namespace Eden.Git;

/// <summary>A repository or a bundle is of a format that is not supported, or lacks objects on purpose: a shallow or partial clone, an unknown extension or capability.</summary>
public sealed class GitUnsupportedException : GitException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public GitUnsupportedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    private protected override GitException Copy(Exception innerException)
        => new GitUnsupportedException(Message, innerException) { IsTransient = IsTransient, RetryAfter = RetryAfter };
}
