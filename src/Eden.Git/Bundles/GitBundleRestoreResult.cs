namespace Eden.Git;

/// <summary>A repository that <see cref="GitBundle.RestoreAsync"/> has made. Immutable.</summary>
public sealed class GitBundleRestoreResult
{
    /// <summary>Gets the full path of the bare repository.</summary>
    public required string RepositoryPath { get; init; }

    /// <summary>Gets the hash function of its object ids.</summary>
    public required GitObjectFormat ObjectFormat { get; init; }

    /// <summary>Gets what its <c>HEAD</c> holds: a branch, for example <c>refs/heads/main</c>, or a commit id when it is detached. Bytes that are not UTF-8 appear as U+FFFD.</summary>
    public required string Head { get; init; }

    /// <summary>Gets the number of refs, <c>HEAD</c> not counted.</summary>
    public required long RefCount { get; init; }

    /// <summary>Gets the number of objects.</summary>
    public required long ObjectCount { get; init; }

    /// <summary>Gets the number of commits that the refs reach.</summary>
    public required long ReachableCommitCount { get; init; }

    /// <summary>Gets oddities of the bundle that do not make it invalid.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
