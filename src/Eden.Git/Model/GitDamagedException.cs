namespace Eden.Git;

/// <summary>A repository, a pack or a bundle is damaged or incomplete.</summary>
public sealed class GitDamagedException : GitException
{
    /// <summary>Creates the failure with a message.</summary>
    /// <param name="message">What is damaged, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public GitDamagedException(string message, Exception? innerException = null)
        : base(message, innerException)
        => Faults = [];

    /// <summary>Creates the failure from the faults of a bundle.</summary>
    /// <param name="faults">The faults listed, at least one.</param>
    /// <param name="totalFaults">How many were found, listed or not; never less than the list.</param>
    public GitDamagedException(IReadOnlyList<GitFault> faults, long totalFaults)
        : base(Describe(faults ?? throw new ArgumentNullException(nameof(faults)), totalFaults))
    {
        Faults = faults;
        TotalFaults = Math.Max(totalFaults, faults.Count);
    }

    /// <summary>Gets the faults of a bundle, the first ones up to <see cref="GitLimits.MaxFaults"/>; none where a repository is damaged.</summary>
    public IReadOnlyList<GitFault> Faults { get; private init; }

    /// <summary>Gets the number of faults found, listed or not.</summary>
    public long TotalFaults { get; private init; }

    private protected override GitException Copy(Exception innerException)
        => new GitDamagedException(Message, innerException) { IsTransient = IsTransient, RetryAfter = RetryAfter, Faults = Faults, TotalFaults = TotalFaults };

    private static string Describe(IReadOnlyList<GitFault> faults, long total)
        => faults.Count == 0 ? "The bundle is damaged." : total <= 1 ? $"The bundle is damaged: {faults[0]}" : $"The bundle is damaged: {faults[0]} (and {total - 1} more)";
}
