using Eden.Git.Objects;
using Eden.Git.Repositories;

namespace Eden.Git;

/// <summary>Looks into a repository on this machine, without git. Plain and bare repositories, linked worktrees and alternates; who owns the files does not matter. Not thread-safe.</summary>
public sealed class GitRepository : IDisposable
{
    private readonly RepositoryCommits _commits;
    private bool _isDisposed;

    private GitRepository(RepositoryLayout layout, RepositoryCommits commits, CancellationToken cancellationToken)
    {
        _commits = commits;
        ObjectFormat = layout.Format;
        RefNames = [.. RefSnapshot.Read(layout, cancellationToken).Tips.Select(tip => RefText.Show(tip.Name))];
    }

    /// <summary>Gets the hash function of the ids.</summary>
    public GitObjectFormat ObjectFormat { get; }

    /// <summary>Gets the full names of the refs as they were when it was opened, <c>HEAD</c> among them when it resolves. Bytes that are not UTF-8 appear as U+FFFD.</summary>
    public IReadOnlyList<string> RefNames { get; }

    /// <summary>Opens a repository.</summary>
    /// <param name="repositoryPath">A bare repository, or a worktree.</param>
    /// <param name="cancellationToken">Observed while refs are read.</param>
    /// <exception cref="GitException">There is no repository, it is damaged, or of a format that is not supported.</exception>
    public static GitRepository Open(string repositoryPath, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryPath);
        var layout = RepositoryLayout.Open(repositoryPath);
        var commits = RepositoryCommits.Open(repositoryPath, cancellationToken);
        try
        {
            return new GitRepository(layout, commits, cancellationToken);
        }
        catch
        {
            commits.Dispose();
            throw;
        }
    }

    /// <summary>Tells whether the repository has a commit, reachable or not.</summary>
    /// <param name="commitId">Its id in lowercase hex.</param>
    /// <exception cref="ObjectDisposedException">The repository was closed.</exception>
    public bool HasCommit(string commitId)
    {
        ArgumentNullException.ThrowIfNull(commitId);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _commits.TryFindCommit(commitId);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _commits.Dispose();
    }
}
