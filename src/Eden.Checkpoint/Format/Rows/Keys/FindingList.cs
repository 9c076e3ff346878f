using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Keeps those findings of joins that come first in the archive, as many as the report will list, and counts the rest.</summary>
/// <param name="violations">Takes what is kept, in the end.</param>
/// <param name="names">The names of the archive's files.</param>
internal sealed class FindingList(ViolationList violations, MemberNames names)
{
    private readonly PriorityQueue<CheckpointViolation, Place> _kept = new(Comparer<Place>.Create((left, right) => right.CompareTo(left)));
    private readonly int _capacity = violations.Room;
    private long _dropped;
    private long _added;

    /// <summary>Adds a finding about the record that uses a key.</summary>
    public void Add(CheckpointRule rule, KeyRecord record, string message, string? field = null)
        => Add(rule, KeyPlaces.Registry(record), record.Line, record.Index, record.ShownOwner, field ?? KeyPlaces.Field(record), message);

    /// <summary>Adds a finding.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="registry">The record's registry.</param>
    /// <param name="line">The record's line.</param>
    /// <param name="index">Orders the findings of one record.</param>
    /// <param name="id">The record's id as messages show it.</param>
    /// <param name="field">The field.</param>
    /// <param name="message">What is wrong.</param>
    public void Add(CheckpointRule rule, RegistryKind registry, long line, int index, string? id, string? field, string message)
    {
        // The number of the finding breaks ties, so that one record's findings stay in order.
        var place = new Place(registry, line, index, _added++);
        if (_kept.Count == _capacity)
        {
            if (_capacity == 0 || !_kept.TryPeek(out _, out var last) || place.CompareTo(last) >= 0)
            {
                _dropped++;
                return;
            }

            _kept.Dequeue();
            _dropped++;
        }

        _kept.Enqueue(new CheckpointViolation(rule, names[registry], line, id, field, message), place);
    }

    /// <summary>Counts findings that were not added.</summary>
    public void AddUnlisted(long count) => _dropped += count;

    /// <summary>Hands the findings over, in the order of the archive.</summary>
    public void Complete()
    {
        var ordered = new CheckpointViolation[_kept.Count];
        for (var index = ordered.Length - 1; index >= 0; index--)
        {
            ordered[index] = _kept.Dequeue();
        }

        foreach (var violation in ordered)
        {
            violations.Add(violation);
        }

        violations.AddUnlisted(_dropped);
        _dropped = 0;
    }

    private readonly record struct Place(RegistryKind Registry, long Line, int Index, long Number) : IComparable<Place>
    {
        public int CompareTo(Place other)
        {
            var order = Registry.CompareTo(other.Registry);
            order = order == 0 ? Line.CompareTo(other.Line) : order;
            order = order == 0 ? Index.CompareTo(other.Index) : order;
            return order == 0 ? Number.CompareTo(other.Number) : order;
        }
    }
}
