namespace Eden.Git;

/// <summary>The result of a push. Immutable.</summary>
public sealed class GitPushResult
{
    /// <summary>Gets a value indicating whether the remote now has every branch and tag. Other refs do not count: git hosts keep some for themselves.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Gets the remote, without user information.</summary>
    public required string Remote { get; init; }

    /// <summary>Gets the number of refs that the remote took, those that it had already included.</summary>
    public long RefCount { get; init; }

    /// <summary>Gets the refs that the remote refused, each with its reason; the first hundred. Of a complete push, none of them is a branch or a tag.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];

    /// <summary>Gets how many refs the remote refused, listed or not.</summary>
    public long TotalRefused { get; init; }

    /// <summary>Gets what went wrong, what is and is not done, and how to finish; <see langword="null"/> when the push is complete.</summary>
    public string? Failure { get; init; }

    /// <summary>Returns the same result with other words for what went wrong: those of a caller who knows more of what is and is not done.</summary>
    /// <param name="failure">The words.</param>
    public GitPushResult WithFailure(string failure)
    {
        ArgumentException.ThrowIfNullOrEmpty(failure);
        return new() { IsComplete = IsComplete, Remote = Remote, RefCount = RefCount, Refused = Refused, TotalRefused = TotalRefused, Failure = failure };
    }
}
