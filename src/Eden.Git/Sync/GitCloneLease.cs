using Eden.Git.Sync;

namespace Eden.Git;

/// <summary>A synced clone that no other sync changes until this is disposed. Not thread-safe.</summary>
public sealed class GitCloneLease : IAsyncDisposable
{
    private readonly SyncRound _round;
    private readonly SyncRound.Waiter _waiter;
    private bool _isDisposed;

    internal GitCloneLease(SyncRound round, SyncRound.Waiter waiter, LocalCloneResult result)
    {
        _round = round;
        _waiter = waiter;
        Result = result;
    }

    /// <summary>Gets what the sync did.</summary>
    public LocalCloneResult Result { get; private set; }

    /// <summary>Makes a clone that turned out to be damaged anew from its remote.</summary>
    /// <param name="reason">What is wrong with it, for the log.</param>
    /// <param name="cancellationToken">Gives it up; the clone is then as it was.</param>
    /// <returns>What was made, which is <see cref="Result"/> from now on.</returns>
    /// <exception cref="GitException">The remote cannot be reached, or the time is over.</exception>
    public async Task<LocalCloneResult> MakeAnewAsync(string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Result = await _round.MakeAnewAsync(reason, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets other syncs go on. The last one of those who share a sync waits until everything temporary is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await _round.GiveBackAsync(_waiter).ConfigureAwait(false);
        }
    }
}
