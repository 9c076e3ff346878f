using Eden.Git.Objects;
using Eden.Git.Repositories;

namespace Eden.Git.Bundles;

/// <summary>Which objects of a store were met, and as what: one byte an object.</summary>
/// <remarks>Several threads may add. Two that add the same object at once may both be told that it is new; walking something twice is
/// harmless, and the count is taken afterwards.</remarks>
internal sealed class ReachableSet
{
    private readonly ObjectStore _store;
    private readonly byte[][] _kinds;

    public ReachableSet(ObjectStore store)
    {
        _store = store;
        _kinds = new byte[store.Packs.Count + 1][];
        for (var source = 0; source < store.Packs.Count; source++)
        {
            _kinds[source] = new byte[store.Packs[source].Index.Count];
        }

        _kinds[^1] = new byte[store.Loose.Count];
    }

    /// <summary>Returns as what an object was met; <see cref="ObjectKind.None"/> when it was not.</summary>
    public ObjectKind this[ObjectLocation location] => (ObjectKind)_kinds[location.Source][location.Rank];

    /// <summary>Returns the kinds of one source's objects, by rank.</summary>
    public ReadOnlySpan<byte> KindsOf(int source) => _kinds[source];

    /// <summary>Adds an object; true when it is new.</summary>
    /// <exception cref="GitException">It was met before as another kind.</exception>
    public bool TryAdd(ObjectLocation location, ObjectKind kind)
    {
        ref var known = ref _kinds[location.Source][location.Rank];
        if (known == 0)
        {
            known = (byte)kind;
            return true;
        }

        return known == (byte)kind ? false : throw new GitException(
            $"The repository is corrupt: object {_store.Id(location).ToHex(_store.Format)} is named as a {ObjectHeader.Text((ObjectKind)known)} and as a {ObjectHeader.Text(kind)}.");
    }

    /// <summary>Lists the ids of the objects, in the order of the store.</summary>
    public IEnumerable<ObjectHash> Ids()
    {
        for (var source = 0; source < _kinds.Length; source++)
        {
            for (var rank = 0; rank < _kinds[source].Length; rank++)
            {
                if (_kinds[source][rank] != 0)
                {
                    yield return _store.Id(new ObjectLocation(source, rank));
                }
            }
        }
    }

    /// <summary>Takes the objects of another set of the same store out.</summary>
    public void Remove(ReachableSet others)
    {
        for (var source = 0; source < _kinds.Length; source++)
        {
            for (var rank = 0; rank < _kinds[source].Length; rank++)
            {
                if (others._kinds[source][rank] != 0)
                {
                    _kinds[source][rank] = 0;
                }
            }
        }
    }

    /// <summary>Counts the objects.</summary>
    public long Count()
    {
        var count = 0L;
        foreach (var kinds in _kinds)
        {
            count += kinds.Length - kinds.AsSpan().Count((byte)0);
        }

        return count;
    }
}
