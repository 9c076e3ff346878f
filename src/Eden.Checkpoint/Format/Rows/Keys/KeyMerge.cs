namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Merges sorted runs into one sorted sequence.</summary>
internal sealed class KeyMerge : IDisposable
{
    private readonly List<KeyRun> _runs = [];
    private int _open;
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
    public ReadOnlySpan<byte> Bytes => _runs[0].Bytes;

    public KeyRecord Current => _runs[0].Current;

    public bool MoveNext()
    {
        if (!_begun)
        {
            Begin();
        }
        else if (_open > 0)
        {
            if (!_runs[0].MoveNext())
            {
                Close();
            }

            Sift(0);
        }

        return _open > 0;
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
        _open = _runs.Count;
        for (var index = _open - 1; index >= 0; index--)
        {
            if (!_runs[index].MoveNext())
            {
                _open--;
                (_runs[index], _runs[_open]) = (_runs[_open], _runs[index]);
            }
        }

        for (var root = (_open / 2) - 1; root >= 0; root--)
        {
            Sift(root);
        }
    }

    private void Close()
    {
        _open--;
        (_runs[0], _runs[_open]) = (_runs[_open], _runs[0]);
    }

    private void Sift(int root)
    {
        while ((root * 2) + 1 < _open)
        {
            var child = (root * 2) + 1;
            if (child + 1 < _open && KeyRecord.Compare(_runs[child].Current, _runs[child + 1].Current) > 0)
            {
                child++;
            }

            if (KeyRecord.Compare(_runs[root].Current, _runs[child].Current) <= 0)
            {
                return;
            }

            (_runs[root], _runs[child]) = (_runs[child], _runs[root]);
            root = child;
        }
    }
}
