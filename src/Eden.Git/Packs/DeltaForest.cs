
namespace Eden.Git.Packs;

/// <summary>Which deltas wait for which base: by place for offset deltas, by id for reference deltas.</summary>
/// <remarks>
/// Children are listed with the one that has the most descendants last. A base is dropped when its last child begins, so at any
/// moment only bases with a lighter child at work are held: no more than the logarithm of the number of entries.
/// </remarks>
internal sealed class DeltaForest
{
    private readonly int[] _firstChild;
    private readonly int[] _nextSibling;
    private readonly Dictionary<Objects.ObjectHash, int> _named = [];
    private readonly int[] _claimed;

    /// <param name="entries">The entries.</param>
    /// <param name="room">How many more objects may be added behind them, none of them a delta.</param>
    public DeltaForest(PackEntries entries, int room)
    {
        var count = entries.Count;
        _firstChild = new int[count + room];
        _nextSibling = new int[count + room];
        _claimed = entries.ReferenceDeltaCount > 0 ? new int[count] : [];
        _firstChild.AsSpan().Fill(-1);
        _nextSibling.AsSpan().Fill(-1);

        // An offset delta comes after its base, so one backward pass sums descendants.
        var weights = new int[count];
        var heaviest = new int[count];
        heaviest.AsSpan().Fill(-1);
        for (var entry = count - 1; entry >= 0; entry--)
        {
            var parent = entries.OffsetBase(entry);
            if (parent >= 0)
            {
                weights[parent] += weights[entry] + 1;
                if (heaviest[parent] < 0 || weights[heaviest[parent]] < weights[entry])
                {
                    heaviest[parent] = entry;
                }
            }
        }

        for (var entry = count - 1; entry >= 0; entry--)
        {
            if (heaviest[entry] >= 0)
            {
                _firstChild[entry] = heaviest[entry];
            }
        }

        for (var entry = count - 1; entry >= 0; entry--)
        {
            var parent = entries.OffsetBase(entry);
            if (parent >= 0 && heaviest[parent] != entry)
            {
                _nextSibling[entry] = _firstChild[parent];
                _firstChild[parent] = entry;
            }
            else if (entries.StoredKind(entry) == PackEntryKind.ReferenceDelta)
            {
                // The sibling slot of a reference delta chains those that name the same base.
                _nextSibling[entry] = _named.TryGetValue(entries.NamedBase(entry), out var next) ? next : -1;
                _named[entries.NamedBase(entry)] = entry;
            }
        }
    }

    /// <summary>Gets a value indicating whether any delta names its base by id: then a leaf is only known once it is hashed.</summary>
    public bool HasNamedBases => _named.Count > 0;

    public int FirstChild(int entry) => _firstChild[entry];

    public int NextSibling(int entry) => _nextSibling[entry];

    /// <summary>Gets the first delta that names this object as its base; -1 when none does.</summary>
    public int FirstNamed(Objects.ObjectHash id) => _named.Count > 0 && _named.TryGetValue(id, out var entry) ? entry : -1;

    /// <summary>Takes a reference delta for this worker; <see langword="false"/> when it was taken before, because its base is in the pack twice.</summary>
    public bool TryClaim(int entry) => Interlocked.Exchange(ref _claimed[entry], 1) == 0;
}
