using Eden.Git.Objects;
using Eden.Git.Repositories;

namespace Eden.Git.Bundles;

/// <summary>Finds objects whose loose files vanished while the bundle was already being written: a gc has put them into a pack.</summary>
internal sealed class RescuedObjects(RepositoryLayout layout, GitLimits limits) : IDisposable
{
    private const int MaxListings = 8;
    private const int CacheBytes = 8 << 20;

    private ObjectStore? _store;
    private ObjectReader? _reader;
    private int _listings;

    /// <summary>Finds an object in a fresh listing, in a pack: packs stay readable.</summary>
    /// <exception cref="GitException">It is nowhere; the bundle cannot be finished.</exception>
    public (ObjectReader Reader, ObjectStore Store, ObjectLocation Location) Find(ObjectHash id, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_store is not null && _reader is not null && _store.TryFind(id, out var location) && !_store.IsLoose(location))
            {
                return (_reader, _store, location);
            }

            if (_listings++ == MaxListings)
            {
                throw new GitException($"The object {id.ToHex(layout.Format)} vanished while the bundle was written: something deletes objects of the repository.")
                {
                    IsTransient = true,
                };
            }

            Dispose();
            _store = ObjectStore.Open(layout, cancellationToken);
            _reader = new ObjectReader(_store, limits.MaxObjectBytes, CacheBytes, ReusingPackWriter.MaxHeldBytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store?.Dispose();
        _reader = null;
        _store = null;
    }
}
