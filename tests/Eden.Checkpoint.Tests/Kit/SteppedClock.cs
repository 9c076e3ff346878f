using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A fake clock that tells when somebody begins to wait on it, so that a test moves on without sleeping.</summary>
internal sealed class SteppedClock() : FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero))
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>Gets or sets by how much the wall clock is ahead. Timers and timestamps do not follow it, as on a real machine.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>Gets how much time has passed since some moment, whatever the wall clock shows.</summary>
    public TimeSpan Passed => base.GetUtcNow() - DateTimeOffset.UnixEpoch;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until somebody waits, and returns for how long.</summary>
    public async Task<TimeSpan> NextWaitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _waits.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Puts a wait back that is still going on.</summary>
    public void Rewait(TimeSpan remaining) => _waits.Writer.TryWrite(remaining);

    /// <summary>Forgets the waits of somebody who has gone.</summary>
    public void ForgetWaits()
    {
        while (_waits.Reader.TryRead(out _))
        {
        }
    }
}
