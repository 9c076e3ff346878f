namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Merges sorted runs into one sorted sequence.</summary>
internal sealed class KeyMerge : IDisposable
{
    private readonly List<KeyRun> _runs = [];
    private readonly RunHeap<KeyRun, Order> _heap = new();
    private bool _begun;

    public KeyMerge(string[] paths)
    {
        try
        {
            foreach (var path in paths)
            {
                _runs.Add(new KeyRun(path));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets the current record's bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _heap.First.Bytes;

    public KeyRecord Current => _heap.First.Current;

    public bool MoveNext()
    {
        if (!_begun)
        {
            Begin();
        }
        else if (_heap.Count > 0)
        {
            _heap.Advance(_heap.First.MoveNext());
        }

        return _heap.Count > 0;
    }

    public void Dispose()
    {
        foreach (var run in _runs)
        {
            run.Dispose();
        }
    }

    private void Begin()
    {
        _begun = true;
        foreach (var run in _runs)
        {
            if (run.MoveNext())
            {
                _heap.Add(run);
            }
        }
    }

    private readonly struct Order : IComparer<KeyRun>
    {
        public int Compare(KeyRun? x, KeyRun? y) => KeyRecord.Compare(x!.Current, y!.Current);
    }
}
