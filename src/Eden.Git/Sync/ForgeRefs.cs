namespace Eden.Git.Sync;

/// <summary>Which refs make up an experiment, and which a git host makes and keeps for itself.</summary>
/// <remarks>A forge lists its pull requests as refs and refuses pushes to them, so a mirror of one forge can never be pushed to another as it stands.</remarks>
internal static class ForgeRefs
{
    // GitHub, Gitea and Forgejo; GitLab; Gerrit; Bitbucket; Azure Repos shares refs/pull.
    private static readonly string[] s_prefixes =
    [
        "refs/pull/", "refs/merge-requests/", "refs/keep-around/", "refs/environments/", "refs/pipelines/", "refs/changes/", "refs/cache-automerge/", "refs/pull-requests/",
    ];

    /// <summary>Tells whether a push is not complete without the ref: a branch or a tag.</summary>
    public static bool IsDecisive(string name)
        => name.StartsWith("refs/heads/", StringComparison.Ordinal) || name.StartsWith("refs/tags/", StringComparison.Ordinal);

    /// <summary>Tells whether git hosts keep refs of that name for themselves.</summary>
    public static bool AreOwnedByHost(string name) => s_prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
