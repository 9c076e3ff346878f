namespace Eden.Git;

/// <summary>There is no git repository at a path.</summary>
public sealed class GitRepositoryNotFoundException : GitException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public GitRepositoryNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    private protected override GitException Copy(Exception innerException)
        => new GitRepositoryNotFoundException(Message, innerException) { IsTransient = IsTransient, RetryAfter = RetryAfter };
}
