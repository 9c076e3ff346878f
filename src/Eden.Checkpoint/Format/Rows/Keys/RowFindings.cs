using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Where the findings of the row at hand go: to the violations, or aside while it is not known whether they bind. Reusable; not thread-safe.</summary>
internal sealed class RowFindings(ViolationList violations, ViolationList warnings)
{
    private const int MostSetAside = 16;

    private readonly List<CheckpointViolation> _aside = [];
    private bool _isAside;

    /// <summary>Gets what is odd and does no harm.</summary>
    public ViolationList Warnings { get; } = warnings;

    /// <summary>Gets a value indicating whether a further finding would only be counted: callers may skip building its text.</summary>
    public bool IsFull => _isAside ? _aside.Count >= MostSetAside : violations.IsFull;

    /// <summary>Gets the findings that were set aside, the first ones when there are many.</summary>
    public IReadOnlyList<CheckpointViolation> Aside => _aside;

    /// <summary>Gets how many findings were set aside without being kept.</summary>
    public long FurtherAside { get; private set; }

    /// <summary>Sets further findings of this row aside.</summary>
    public void BeginAside() => _isAside = true;

    /// <summary>Forgets what was set aside.</summary>
    public void EndAside()
    {
        _isAside = false;
        _aside.Clear();
        FurtherAside = 0;
    }

    public void Add(CheckpointViolation violation)
    {
        if (!_isAside)
        {
            violations.Add(violation);
        }
        else if (_aside.Count < MostSetAside)
        {
            _aside.Add(violation);
        }
        else
        {
            FurtherAside++;
        }
    }

    /// <summary>Counts findings whose text was not built because the list is full.</summary>
    public void AddUnlisted(long count = 1)
    {
        if (_isAside)
        {
            FurtherAside += count;
        }
        else
        {
            violations.AddUnlisted(count);
        }
    }
}
