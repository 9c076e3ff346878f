using System.Globalization;

namespace Eden.Checkpoint.Model;

/// <summary>Collects violations up to a cap and counts all of them. Not thread-safe.</summary>
internal sealed class ViolationList(int capacity)
{
    private readonly List<CheckpointViolation> _listed = [];

    /// <summary>Gets the violations that are listed: the first ones, up to the cap.</summary>
    public IReadOnlyList<CheckpointViolation> Listed => _listed;

    /// <summary>Gets the number of violations found, listed or not.</summary>
    public long Total { get; private set; }

    /// <summary>Gets a value indicating whether a further violation would only be counted: callers may skip building its text.</summary>
    public bool IsFull => _listed.Count >= capacity;

    /// <summary>Gets how many more violations would be listed.</summary>
    public int Room => Math.Max(0, capacity - _listed.Count);

    public void Add(CheckpointRule rule, string? member, long? line, string? record, string? field, string message)
        => Add(new CheckpointViolation(rule, member, line, record, field, message));

    public void Add(CheckpointViolation violation)
    {
        Total++;
        if (_listed.Count < capacity)
        {
            _listed.Add(violation);
        }
    }

    /// <summary>Counts violations whose text was not built because the list is full.</summary>
    public void AddUnlisted(long count = 1) => Total += count;

    public void AddRange(IReadOnlyList<CheckpointViolation> listed, long total)
    {
        var before = Total;
        foreach (var violation in listed)
        {
            Add(violation);
        }

        Total = before + Math.Max(total, listed.Count);
    }

    /// <summary>Returns what is listed as warnings, one line each, and one more that counts what is not listed.</summary>
    /// <param name="code">What the warnings are about.</param>
    /// <param name="noun">What the unlisted ones are called.</param>
    public IEnumerable<CheckpointWarning> ToWarnings(CheckpointWarningCode code, string noun)
    {
        var lines = _listed.Select(static listed => listed.ToString());
        return (Total > _listed.Count
            ? lines.Append(string.Create(CultureInfo.InvariantCulture, $"… and {Total - _listed.Count} more {noun}."))
            : lines).Select(line => new CheckpointWarning(code, line));
    }
}
