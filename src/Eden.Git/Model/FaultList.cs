namespace Eden.Git.Model;

/// <summary>Collects faults up to a cap and counts all of them. Not thread-safe.</summary>
internal sealed class FaultList(int capacity)
{
    private readonly List<GitFault> _listed = [];

    /// <summary>Gets the faults that are listed: the first ones, up to the cap.</summary>
    public IReadOnlyList<GitFault> Listed => _listed;

    /// <summary>Gets the number of faults found, listed or not.</summary>
    public long Total { get; private set; }

    /// <summary>Gets a value indicating whether a further fault would only be counted: callers may skip building its text.</summary>
    public bool IsFull => _listed.Count >= capacity;

    public void Add(GitFaultKind kind, string? name, string message, long? offset = null)
    {
        Total++;
        if (_listed.Count < capacity)
        {
            _listed.Add(new GitFault(kind, name, offset, message));
        }
    }

    /// <summary>Counts faults whose text was not built because the list is full.</summary>
    public void AddUnlisted(long count = 1) => Total += count;

    /// <summary>Adds what another list has.</summary>
    public void AddRange(FaultList other)
    {
        _listed.AddRange(other._listed.Take(capacity - _listed.Count));
        Total += other.Total;
    }
}
