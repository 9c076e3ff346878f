namespace Eden.Git.Bundles;

/// <summary>Batches of trees that wait to be visited, for several workers. A batch that is taken may bring more. Thread-safe.</summary>
internal sealed class TreeQueue
{
    private readonly object _turn = new();
    private readonly Queue<List<long>> _batches = new();

    // Who may still add: the thread that follows the commits, and each batch until it was visited.
    private int _open = 1;

    /// <summary>Adds a batch.</summary>
    public void Add(List<long> batch)
    {
        lock (_turn)
        {
            _open++;
            _batches.Enqueue(batch);
            Monitor.Pulse(_turn);
        }
    }

    /// <summary>Takes a batch, once there is one; <see langword="null"/> when every one was visited and no more will come.</summary>
    public List<long>? Take()
    {
        lock (_turn)
        {
            List<long>? batch;
            while (!_batches.TryDequeue(out batch) && _open > 0)
            {
                Monitor.Wait(_turn);
            }

            return _open > 0 ? batch : null;
        }
    }

    /// <summary>Says that a batch was visited, and that what it brought was added; or, once, that the commits bring no more.</summary>
    public void Done()
    {
        lock (_turn)
        {
            if (--_open == 0)
            {
                Monitor.PulseAll(_turn);
            }
        }
    }

    /// <summary>Ends it: nobody gets another batch.</summary>
    public void Close()
    {
        lock (_turn)
        {
            _open = int.MinValue / 2;
            Monitor.PulseAll(_turn);
        }
    }
}
