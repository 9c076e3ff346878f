using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>Chooses where an export's bundle comes from.</summary>
internal static class BundleSource
{
    public const string NoRepository = "no --repo-path: the archive carries the zero-byte placeholder and is not resumable.";
    public const string NoRemote = "no --remote-url: --credential-helper is ignored.";

    /// <summary>Chooses the provider; nothing is contacted.</summary>
    /// <param name="repoPath">The repository, or our own clone when there is a remote.</param>
    /// <param name="remoteUrl">The remote of record, if there is one.</param>
    /// <param name="credentialHelper">The helper that knows the remote's password, if it needs one.</param>
    /// <param name="limits">The limits on the repository's objects.</param>
    /// <param name="warnings">What the operator should know beforehand.</param>
    /// <exception cref="UsageException">The options do not go together.</exception>
    public static IRepoBundleProvider Choose(
        string? repoPath, string? remoteUrl, string? credentialHelper, CheckpointLimits limits, out IReadOnlyList<string> warnings)
    {
        if (remoteUrl is not null && repoPath is null)
        {
            throw new UsageException("--remote-url needs --repo-path: the directory of our own clone of it.");
        }

        string[] ignored = credentialHelper is not null && remoteUrl is null ? [NoRemote] : [];
        warnings = repoPath is null ? [.. ignored, NoRepository] : ignored;
        if (repoPath is null)
        {
            return new PlaceholderProvider();
        }

        try
        {
            return remoteUrl is null
                ? new LocalRepoBundleProvider(repoPath, new LocalRepoBundleOptions { Limits = limits })
                : new RemoteRepoBundleProvider(repoPath, remoteUrl, new RemoteRepoBundleOptions
                {
                    Limits = limits,
                    Sync = new LocalCloneOptions { Credentials = credentialHelper is null ? null : new CredentialHelper(credentialHelper) },
                });
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(wrong);
        }
    }

    private sealed class PlaceholderProvider : IRepoBundleProvider
    {
        public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default)
            => Task.FromResult(RepoBundle.Empty);
    }
}
