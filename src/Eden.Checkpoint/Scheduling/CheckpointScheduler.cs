using System.Text.Json;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Scheduling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Eden.Checkpoint;

/// <summary>Makes automatic checkpoints of one experiment: periodic ones with retention, and one when it is seen to be terminated.</summary>
/// <remarks>
/// The timer runs from the end of the last attempt, also a failed one, so that there are no bursts after a pause and no storms of retries.
/// A failure is logged and never ends the loop. The retention counts checkpoints by the times in their names; those of times to come, which a clock
/// that was ahead has left, are kept uncounted until then, with a warning. Several schedulers may share a destination: each looks only at its own experiment's names.
/// One instance is for one <see cref="RunAsync"/> at a time.
/// </remarks>
/// <example>
/// <code>
/// var scheduler = new CheckpointScheduler(
///     experimentId,
///     store,
///     new CheckpointExporter(store, bundles),
///     new DirectoryCheckpointDestination(directory),
///     new CheckpointSchedule { Enabled = true, Interval = TimeSpan.FromHours(6), RetentionCount = 8 });
/// await scheduler.RunAsync(cancellationToken);
/// </code>
/// </example>
public sealed class CheckpointScheduler
{
    // Timers of the platform reach no further than some weeks.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1);

    private readonly ICheckpointStore _store;
    private readonly ICheckpointExporter _exporter;
    private readonly ICheckpointDestination _destination;
    private readonly CheckpointSchedule _schedule;
    private readonly CheckpointExportOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CheckpointName _name;
    private readonly string _experimentId;
    private bool _terminalDone;
    private int _toldAhead;

    /// <summary>Creates a scheduler. Nothing is contacted until it runs.</summary>
    /// <param name="experimentId">The experiment; the store must hold it.</param>
    /// <param name="store">Where the experiment's state is looked at.</param>
    /// <param name="exporter">Makes the checkpoints.</param>
    /// <param name="destination">Where they are kept.</param>
    /// <param name="schedule">When, and how many are kept.</param>
    /// <param name="options">The options of every export, the experiment's config among them; the experiment id is set here.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="logger">Where messages go; <see langword="null"/> for nowhere.</param>
    public CheckpointScheduler(
        string experimentId,
        ICheckpointStore store,
        ICheckpointExporter exporter,
        ICheckpointDestination destination,
        CheckpointSchedule schedule,
        CheckpointExportOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger<CheckpointScheduler>? logger = null)
    {
        OpaqueId.RequireExperimentId(experimentId, nameof(experimentId));
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(exporter);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(schedule);
        _experimentId = experimentId;
        _store = store;
        _exporter = exporter;
        _destination = destination;
        _schedule = schedule;
        _options = (options ?? new CheckpointExportOptions()) with { ExperimentId = experimentId };
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<CheckpointScheduler>.Instance;
        _name = new CheckpointName(experimentId);
    }

    /// <summary>Runs until it is cancelled; at once done when the schedule is not enabled.</summary>
    /// <param name="cancellationToken">Ends the loop; an export under way is aborted and leaves nothing.</param>
    /// <exception cref="OperationCanceledException">The loop was ended.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!_schedule.Enabled)
        {
            return;
        }

        // Periods are measured on the monotonic clock: a change of the wall clock neither skips nor repeats one.
        var started = _time.GetTimestamp();
        var nextPeriodic = _schedule.Interval;
        var nextState = _schedule.OnTerminate ? TimeSpan.Zero : TimeSpan.MaxValue;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_time.GetElapsedTime(started) >= nextState)
            {
                await AttemptAsync("terminal", TerminalAsync, cancellationToken).ConfigureAwait(false);
                nextState = _terminalDone ? TimeSpan.MaxValue : _time.GetElapsedTime(started) + _schedule.StateInterval;
            }

            if (_time.GetElapsedTime(started) >= nextPeriodic)
            {
                await AttemptAsync("periodic", PeriodicAsync, cancellationToken).ConfigureAwait(false);
                nextPeriodic = Later(_time.GetElapsedTime(started), _schedule.Interval);
            }

            var elapsed = _time.GetElapsedTime(started);
            var next = nextPeriodic < nextState ? nextPeriodic : nextState;
            if (next > elapsed)
            {
                await Task.Delay(next < Later(elapsed, s_longestWait) ? next - elapsed : s_longestWait, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static TimeSpan Later(TimeSpan elapsed, TimeSpan interval) => elapsed < TimeSpan.MaxValue - interval ? elapsed + interval : TimeSpan.MaxValue;

    private async Task AttemptAsync(string kind, Func<CancellationToken, Task> attempt, CancellationToken cancellationToken)
    {
        try
        {
            await attempt(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // A host outlives its checkpoints: the next attempt comes when the timer says so.
            Log.AutomaticCheckpointFailed(_logger, kind, _experimentId, failure);
        }
    }

    private async Task PeriodicAsync(CancellationToken cancellationToken)
    {
        var written = _name.Periodic(_time.GetUtcNow());
        await ExportAsync(written, cancellationToken).ConfigureAwait(false);
        await PruneAsync(written, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the oldest periodic checkpoints beyond the retention count. A clock that was ahead has left names of times to come: they are
    /// not counted, since they would crowd out everything that is written until then, and not removed.</summary>
    private async Task PruneAsync(string written, CancellationToken cancellationToken)
    {
        var now = _name.Periodic(_time.GetUtcNow());
        var counted = new List<string>();
        var ahead = new List<string>();
        await foreach (var stored in _destination.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_name.IsPeriodic(stored.Name))
            {
                // The time in the name sorts as text.
                (string.CompareOrdinal(stored.Name, now) > 0 ? ahead : counted).Add(stored.Name);
            }
        }

        WarnOf(ahead);
        counted.Sort(StringComparer.Ordinal);
        foreach (var name in counted.SkipLast(_schedule.RetentionCount).Where(name => name != written))
        {
            await _destination.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
            Log.AutomaticCheckpointPruned(_logger, name);
        }
    }

    private void WarnOf(List<string> ahead)
    {
        if (ahead.Count > 0 && ahead.Count != _toldAhead)
        {
            Log.AutomaticCheckpointsAhead(_logger, ahead.Count, _experimentId, ahead.Max(StringComparer.Ordinal)!);
        }

        _toldAhead = ahead.Count;
    }

    private async Task TerminalAsync(CancellationToken cancellationToken)
    {
        if (!await IsTerminatedAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await foreach (var stored in _destination.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            _terminalDone |= _name.IsTerminal(stored.Name);
        }

        if (!_terminalDone)
        {
            await ExportAsync(_name.Terminal(_time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
            _terminalDone = true;
        }
    }

    private async Task<bool> IsTerminatedAsync(CancellationToken cancellationToken)
    {
        var snapshot = await _store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (snapshot.ConfigureAwait(false))
        {
            using var record = JsonDocument.Parse(snapshot.Experiment, new JsonDocumentOptions { MaxDepth = 1025 });
            return snapshot.ExperimentId == _experimentId
                && record.RootElement.TryGetProperty("state", out var state)
                && state.ValueKind == JsonValueKind.String
                && state.ValueEquals("terminated"u8);
        }
    }

    private async Task ExportAsync(string name, CancellationToken cancellationToken)
    {
        CheckpointExportResult? result = null;
        await _destination.WriteAsync(
            name,
            async (stream, token) => result = await _exporter.ExportAsync(stream, _options, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        if (result is not null)
        {
            // Only now: a destination may still fail when it puts the bytes under their name.
            Log.AutomaticCheckpointWritten(_logger, name, result.ArchiveBytes, result.IsResumable);
        }
    }
}
