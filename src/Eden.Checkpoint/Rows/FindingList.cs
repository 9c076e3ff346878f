using Eden.Checkpoint.Validation;

namespace Eden.Checkpoint.Rows;

/// <summary>Keeps those findings of a join that come first in the archive, as many as the report will list, and counts the rest.</summary>
internal sealed class FindingList(ViolationList violations)
{
    private readonly PriorityQueue<CheckpointViolation, Place> _kept = new(Comparer<Place>.Create((left, right) => right.CompareTo(left)));
    private readonly int _capacity = violations.Room;
    private long _dropped;
    private long _added;

    public void Add(CheckpointRule rule, KeyRecord record, string message, string? field = null)
    {
        // The number of the finding breaks ties, so that one record's findings stay in order.
        var place = new Place(KeyPlaces.Registry(record), record.Line, record.Index, _added++);
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

        var violation = new CheckpointViolation(
            rule, RegistryFiles.FileName(place.Registry), record.Line, record.ShownOwner, field ?? KeyPlaces.Field(record), message);
        _kept.Enqueue(violation, place);
    }

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
