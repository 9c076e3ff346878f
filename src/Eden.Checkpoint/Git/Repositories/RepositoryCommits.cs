using Eden.Checkpoint.Git.Objects;

namespace Eden.Checkpoint.Git.Repositories;

/// <summary>Answers whether commits exist in a repository, reachable or not, from one listing. Not thread-safe.</summary>
internal sealed class RepositoryCommits : IDisposable
{
    private const long CacheBytes = 1L << 20;

    private readonly ObjectStore _store;
    private readonly ObjectReader _reader;

    private RepositoryCommits(ObjectStore store)
    {
        _store = store;
        _reader = new ObjectReader(store, CheckpointLimits.Default.MaxObjectBytes, CacheBytes);
    }

    /// <summary>Lists the objects of the repository at a path.</summary>
    /// <exception cref="CheckpointRepoUnavailableException">There is no readable repository.</exception>
    public static RepositoryCommits Open(string repositoryPath, CancellationToken cancellationToken)
        => new(ObjectStore.Open(RepositoryLayout.Open(repositoryPath), cancellationToken));

    /// <summary>Says whether the id names a commit of the repository. Ids of the other object format name none.</summary>
    public bool TryFindCommit(string hex)
    {
        if (hex.Length != _store.Format.HexLength() || !ObjectHash.TryParse(hex, out var id) || !_store.TryFind(id, out var location))
        {
            return false;
        }

        try
        {
            return _reader.KindOf(location) == ObjectKind.Commit;
        }
        catch (RepositoryChangedException)
        {
            return false; // a loose object that was deleted, or packed, since; making the bundle looks again
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _store.Dispose();
    }
}
