using Eden.Git.Remotes;

namespace Eden.Git.Sync;

/// <summary>The result of a push.</summary>
/// <param name="Taken">The refs that it has now as the bundle has them.</param>
/// <param name="Refused">The refs that it refused, each with its reason; the first ones.</param>
/// <param name="TotalRefused">How many it refused.</param>
internal sealed record PushOutcome(long Taken, IReadOnlyList<string> Refused, long TotalRefused)
{
    /// <summary>Gets a value indicating whether the remote has every branch and tag of the bundle.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Gets how many refs of its own the remote has, which nobody said may be overwritten: nothing was pushed then.</summary>
    public long OwnRefs { get; init; }

    /// <summary>Gets what the remote said in its own words.</summary>
    public string? Words { get; init; }

    /// <summary>Says what became of it to whoever asked for it.</summary>
    /// <param name="remote">The remote.</param>
    /// <param name="repositoryPath">The repository that was pushed; <see langword="null"/> for a bundle.</param>
    public GitPushResult ToResult(GitRemoteAddress remote, string? repositoryPath) => new()
    {
        IsComplete = IsComplete,
        Remote = remote.Text,
        RefCount = Taken,
        Refused = Refused,
        TotalRefused = TotalRefused,
        Failure = IsComplete ? null : $"{Reason(remote)} {PushCommand.Finish(repositoryPath, remote, OwnRefs > 0)}",
    };

    private string Reason(GitRemoteAddress remote) => OwnRefs > 0
        ? $"The remote '{remote}' is not empty: it has {OwnRefs} refs of its own, and overwriting was not asked for."
        : $"The remote refused {TotalRefused} of {Taken + TotalRefused} refs{(Words is null ? "." : $"; it says: {Words}")}";
}
