using Eden.Git.Objects;
using Eden.Git.Repositories;

namespace Eden.Git.Bundles;

/// <summary>The commits and tags that the refs of a repository reach: what they name need not be copied to it. Thread-safe.</summary>
internal sealed class KnownHistory : IDisposable
{
    private readonly ObjectStore _store;
    private readonly ReachableSet _reached;

    private KnownHistory(ObjectStore store, ReachableSet reached)
    {
        _store = store;
        _reached = reached;
    }

    /// <summary>Follows the commits of a repository.</summary>
    /// <param name="repositoryPath">The repository.</param>
    /// <param name="tips">The objects that its refs name.</param>
    /// <param name="cancellationToken">Observed every few thousand commits.</param>
    /// <exception cref="GitDamagedException">A commit is missing or damaged.</exception>
    public static KnownHistory Read(string repositoryPath, IEnumerable<ObjectHash> tips, CancellationToken cancellationToken)
    {
        var store = ObjectStore.Open(RepositoryLayout.Open(repositoryPath), cancellationToken);
        try
        {
            var walk = new ReachabilityWalk(store, GitLimits.Default, static _ => { }, cancellationToken);
            foreach (var tip in tips)
            {
                walk.AddTip(new RefTip("refs", tip));
            }

            walk.RunThroughCommits();
            return new KnownHistory(store, walk.Reached);
        }
        catch (Exception failure)
        {
            store.Dispose();
            if (failure is MissingObjectException or RepositoryChangedException)
            {
                throw BundleCreation.Failure(failure);
            }

            throw;
        }
    }

    /// <summary>Says whether a commit or tag is known, with everything that it reaches.</summary>
    public bool Has(ObjectHash id, ObjectKind kind) => _store.TryFind(id, out var location) && _reached[location] == kind;

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();
}
