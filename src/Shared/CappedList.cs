namespace Eden.Shared;

/// <summary>Collects findings up to a cap and counts all of them. Not thread-safe.</summary>
internal abstract class CappedList<T>(int capacity)
{
    private readonly List<T> _listed = [];

    /// <summary>Gets the findings that are listed: the first ones, up to the cap.</summary>
    public IReadOnlyList<T> Listed => _listed;

    /// <summary>Gets the number of findings, listed or not.</summary>
    public long Total { get; private set; }

    /// <summary>Gets a value indicating whether a further finding would only be counted: callers may skip building its text.</summary>
    public bool IsFull => _listed.Count >= capacity;

    /// <summary>Gets how many more findings would be listed.</summary>
    public int Room => Math.Max(0, capacity - _listed.Count);

    public void Add(T finding)
    {
        Total++;
        if (!IsFull)
        {
            _listed.Add(finding);
        }
    }

    /// <summary>Counts findings whose text was not built because the list is full.</summary>
    public void AddUnlisted(long count = 1) => Total += count;

    /// <summary>Adds what another list has.</summary>
    /// <param name="listed">What the other list has in words.</param>
    /// <param name="total">How many it counted; never less than it lists.</param>
    public void AddRange(IReadOnlyList<T> listed, long total)
    {
        _listed.AddRange(listed.Take(Room));
        Total += Math.Max(total, listed.Count);
    }
}
