using Eden.Checkpoint.AspNetCore.Results;

namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>Lets so many operations of one kind run at once and refuses more. Thread-safe.</summary>
internal sealed class OperationLimit(int atOnce, string kind)
{
    private readonly Lock _gate = new();
    private int _running;

    /// <summary>Begins an operation, which ends when the result is disposed.</summary>
    /// <exception cref="ServerBusyException">As many run as may.</exception>
    public IDisposable Begin()
    {
        lock (_gate)
        {
            if (_running >= atOnce)
            {
                throw new ServerBusyException($"The server has as many {kind} under way as it takes at once, {atOnce}. Try again later.");
            }

            _running++;
        }

        return new Operation(this);
    }

    private void End()
    {
        lock (_gate)
        {
            _running--;
        }
    }

    private sealed class Operation(OperationLimit limit) : IDisposable
    {
        private OperationLimit? _limit = limit;

        public void Dispose() => Interlocked.Exchange(ref _limit, null)?.End();
    }
}
