namespace Eden.Git;

/// <summary>The base of every failure of git repositories, bundles and remotes.</summary>
/// <remarks>Argument mistakes are <see cref="ArgumentException"/>; disk failures pass through as they are. Messages never hold credentials.</remarks>
public class GitException : Exception
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1);

    /// <summary>Creates a failure that lasts until somebody does something about it.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public GitException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Gets a value indicating whether the same call may succeed later without anybody changing anything.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Gets how long the remote asked to be left alone; <see langword="null"/> when it did not ask.</summary>
    /// <value>More than zero, up to a day.</value>
    public TimeSpan? RetryAfter
    {
        get;
        init => field = value is null || value.Value <= TimeSpan.Zero ? null : value.Value > s_longestWait ? s_longestWait : value;
    }

    /// <summary>Makes an equal failure, for another caller to throw: a thrown exception carries the stack of whoever caught it.</summary>
    internal GitException Again() => Copy(InnerException ?? this);

    private protected virtual GitException Copy(Exception innerException)
        => new(Message, innerException) { IsTransient = IsTransient, RetryAfter = RetryAfter };
}
