using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Results;

namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>Hands out turns at verifying tokens: a few at once, a bounded number of waiting requests, and no worker or client can take the turns of another. Thread-safe.</summary>
/// <remarks>Workers take turns one after the other, and so do the clients of one worker. All ids that nobody has count as one worker. When no more may wait, the newest
/// request of the worker, and of its client, that has the most waiting is refused: whoever floods refuses himself.</remarks>
internal sealed class VerificationTurns(int atOnce, int maxWaiting)
{
    /// <summary>Stands for every worker id that nobody has.</summary>
    public const string Nobody = "";

    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiting = [];
    private readonly Dictionary<(string Worker, string? Client), long> _served = [];
    private int _free = atOnce;
    private long _turn;

    /// <summary>Waits for a turn, which ends when the result is disposed.</summary>
    /// <exception cref="ServerBusyException">Too many wait, and most of them for this worker.</exception>
    public async Task<IDisposable> WaitAsync(string worker, string client, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(worker, client);
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return new Turn(this);
            }

            _waiting.Add(waiter);
            if (_waiting.Count > maxWaiting)
            {
                var refused = NewestOfTheLargest();
                _waiting.Remove(refused);
                refused.Answer.TrySetException(new ServerBusyException("Too many bearers wait to be verified. Try again later."));
            }
        }

        await using var registration = cancellationToken.UnsafeRegister(_ => GiveUp(waiter, cancellationToken), null).ConfigureAwait(false);
        await waiter.Answer.Task.ConfigureAwait(false);
        return new Turn(this);
    }

    private Waiter NewestOfTheLargest()
    {
        // From the newest on: of several that are as large, the one with the newest request.
        var worker = _waiting.AsEnumerable().Reverse().GroupBy(waiter => waiter.Worker).MaxBy(waiters => waiters.Count())!;
        return worker.GroupBy(waiter => waiter.Client).MaxBy(waiters => waiters.Count())!.First();
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(waiter))
            {
                // Its turn has come already, or it was refused.
                return;
            }
        }

        waiter.Answer.TrySetCanceled(cancellationToken);
    }

    private void End()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _served.Clear();
                _free++;
                return;
            }

            // Whose last turn is longest ago, first among workers, then among the clients of that one; the oldest request of several.
            var next = _waiting.MinBy(waiter => (LastTurn(waiter.Worker, null), LastTurn(waiter.Worker, waiter.Client)))!;
            _waiting.Remove(next);
            _turn++;
            _served[(next.Worker, null)] = _turn;
            _served[(next.Worker, next.Client)] = _turn;
            Forget();
            next.Answer.TrySetResult();
        }

        long LastTurn(string worker, string? client) => _served.GetValueOrDefault((worker, client));
    }

    /// <summary>Keeps what is remembered in proportion to what waits.</summary>
    private void Forget()
    {
        if (_served.Count > 4 * maxWaiting + 64)
        {
            var oldest = _served.Values.Order().ElementAt(_served.Count / 2);
            foreach (var (served, _) in _served.Where(entry => entry.Value < oldest).ToArray())
            {
                _served.Remove(served);
            }
        }
    }

    private sealed class Waiter(string worker, string client)
    {
        public string Worker { get; } = worker;

        public string Client { get; } = client;

        public TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Turn(VerificationTurns turns) : IDisposable
    {
        private VerificationTurns? _turns = turns;

        public void Dispose() => Interlocked.Exchange(ref _turns, null)?.End();
    }
}
