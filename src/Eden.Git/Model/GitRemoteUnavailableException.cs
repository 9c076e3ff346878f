namespace Eden.Git;

/// <summary>A remote cannot be reached, breaks off or does not answer in time; transient unless <see cref="GitException.IsTransient"/> says otherwise.</summary>
public sealed class GitRemoteUnavailableException : GitException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public GitRemoteUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
        => IsTransient = true;

    private protected override GitException Copy(Exception innerException)
        => new GitRemoteUnavailableException(Message, innerException) { IsTransient = IsTransient, RetryAfter = RetryAfter };
}
