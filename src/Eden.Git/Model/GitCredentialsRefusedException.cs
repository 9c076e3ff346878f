namespace Eden.Git;

/// <summary>A remote refuses the credential, or wants one and none is configured.</summary>
public sealed class GitCredentialsRefusedException : GitException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public GitCredentialsRefusedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    private protected override GitException Copy(Exception innerException)
        => new GitCredentialsRefusedException(Message, innerException) { IsTransient = IsTransient, RetryAfter = RetryAfter };
}
