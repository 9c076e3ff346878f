namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Keeps sorted runs that are being merged, the one with the least record first. Not thread-safe.</summary>
/// <typeparam name="TRun">A run with a record at hand.</typeparam>
/// <typeparam name="TOrder">Compares runs by the records at hand; a struct, so that each comparison is a plain call.</typeparam>
internal sealed class RunHeap<TRun, TOrder>
    where TOrder : struct, IComparer<TRun>
{
    private readonly List<TRun> _runs = [];

    /// <summary>Gets the number of runs that have a record left.</summary>
    public int Count => _runs.Count;

    /// <summary>Gets the run whose record comes next.</summary>
    public TRun First => _runs[0];

    /// <summary>Adds a run that has a record.</summary>
    public void Add(TRun run)
    {
        _runs.Add(run);
        var child = _runs.Count - 1;
        while (child > 0)
        {
            var parent = (child - 1) / 2;
            if (default(TOrder).Compare(_runs[parent], run) <= 0)
            {
                return;
            }

            (_runs[child], _runs[parent]) = (_runs[parent], run);
            child = parent;
        }
    }

    /// <summary>Finds the next run after <see cref="First"/> has moved to its next record.</summary>
    /// <param name="hasRecord">Whether there was one; a run without is taken out.</param>
    public void Advance(bool hasRecord)
    {
        if (!hasRecord)
        {
            _runs[0] = _runs[^1];
            _runs.RemoveAt(_runs.Count - 1);
        }

        Sift();
    }

    private void Sift()
    {
        var root = 0;
        while ((root * 2) + 1 < _runs.Count)
        {
            var child = (root * 2) + 1;
            if (child + 1 < _runs.Count && default(TOrder).Compare(_runs[child], _runs[child + 1]) > 0)
            {
                child++;
            }

            if (default(TOrder).Compare(_runs[root], _runs[child]) <= 0)
            {
                return;
            }

            (_runs[root], _runs[child]) = (_runs[child], _runs[root]);
            root = child;
        }
    }
}
