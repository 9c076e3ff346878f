using Eden.Git.Diagnostics;
using Eden.Git.Remotes;
using Microsoft.Extensions.Logging;

namespace Eden.Git.Sync;

/// <summary>One sync of one clone for everyone who asked before it began.</summary>
/// <remarks>
/// <para>Who asks while a sync is under way must not get its result: the remote may have been listed before their snapshot ended, and the clone may lack
/// commits that their rows name. They wait, and one next sync serves all of them. A round is open to join until it holds the clone's <see cref="SyncLock"/>,
/// which it keeps until everyone has used the clone.</para>
/// <para>Only equal requests meet: the same clone, remote and credentials, and options that differ in nothing but the progress and the time. The sync goes on as long as anyone waits for it.</para>
/// </remarks>
internal sealed class SyncRound : IProgress<GitProgress>, IDisposable
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<SyncKey, SyncRound> s_open = [];

    private readonly SyncKey _key;
    private readonly GitRemoteAddress _remote;
    private readonly List<Waiter> _waiters = [];
    private readonly CancellationTokenSource _abandoned = new();
    private readonly TaskCompletionSource _everyoneLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _turn = new(1);
    private Task _ended = Task.CompletedTask;

    private SyncRound(SyncKey key, GitRemoteAddress remote, LocalCloneOptions options)
    {
        _key = key;
        _remote = remote;
        Options = options;
    }

    private string Path => _key.Path;

    // Of the first who asked; they differ from the others' in the progress and the time alone.
    private LocalCloneOptions Options { get; }

    /// <summary>Waits for a sync that begins after this call. Until the lease is disposed no sync may change the clone; users of one round take turns.</summary>
    /// <remarks>The joining is done when the call returns its task.</remarks>
    public static async Task<GitCloneLease> AcquireAsync(string path, GitRemoteAddress remote, LocalCloneOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter(options.Progress);
        using var timeout = new CancellationTokenSource(options.Timeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);

        // Everyone is told the progress, and has a clock of their own: a round has none.
        var round = Join(path, remote, options with { Progress = null, Timeout = LocalCloneOptions.Default.Timeout }, waiter);
        try
        {
            var result = await round.ResultAsync(waiter, either.Token, cancellationToken).ConfigureAwait(false);
            await round._turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new GitCloneLease(round, waiter, result);
        }
        catch
        {
            await round.LeaveAsync(waiter).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends a turn. The task of the last one in a round ends when everything temporary is gone and the lock is free.</summary>
    public Task GiveBackAsync(Waiter waiter)
    {
        _turn.Release();
        return LeaveAsync(waiter);
    }

    /// <summary>Passes progress on to everyone; where that fails, it is one waiter's failure and not the others'.</summary>
    public void Report(GitProgress value)
    {
        foreach (var waiter in Waiters())
        {
            try
            {
                waiter.Progress?.Report(value);
            }
            catch (Exception exception)
            {
                waiter.Answer.TrySetResult(new Outcome(null, Translate(exception)));
            }
        }
    }

    public void Dispose()
    {
        _abandoned.Dispose();
        _turn.Dispose();
    }

    private static SyncRound Join(string path, GitRemoteAddress remote, LocalCloneOptions options, Waiter waiter)
    {
        var key = new SyncKey(
            path, remote.Text, remote.UserName, remote.Credential, options.Credentials, options.AllowPlainHttpCredentials, options.ConnectTimeout, options.Proxy,
            options.CertificateValidation, options.MaxPacks, options.FinishPush, options.Logger, options.TimeProvider);
        SyncRound? round;
        bool isNew;
        lock (s_gate)
        {
            isNew = !s_open.TryGetValue(key, out round);
            round ??= s_open[key] = new SyncRound(key, remote, options);
            round._waiters.Add(waiter);
        }

        if (isNew)
        {
            round._ended = round.RunAsync();
        }

        return round;
    }

    private async Task RunAsync()
    {
        var token = _abandoned.Token;
        try
        {
            var held = await SyncLock.AcquireAsync(Path, Options.TimeProvider, token).ConfigureAwait(false);
            await using (held.ConfigureAwait(false))
            {
                lock (s_gate)
                {
                    Close();
                }

                var result = await SyncAsync(token).ConfigureAwait(false);
                foreach (var waiter in Waiters())
                {
                    waiter.Answer.TrySetResult(new Outcome(result, null));
                }

                await _everyoneLeft.Task.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Nobody waits any more.
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private async Task<LocalCloneResult> SyncAsync(CancellationToken cancellationToken)
    {
        var started = Options.TimeProvider.GetTimestamp();
        var result = await OnThreadAsync(new CloneSync(Path, _remote, Options with { Progress = this }, cancellationToken).Run).ConfigureAwait(false);
        if (Options.Logger is { } logger)
        {
            var elapsed = Options.TimeProvider.GetElapsedTime(started).TotalMilliseconds;
            if (result.WasCreated)
            {
                GitLog.Cloned(logger, _remote.Text, Path, result.RefCount, result.ReceivedObjects, elapsed);
            }
            else
            {
                GitLog.Synced(logger, Path, _remote.Text, result.RefCount, result.ChangedRefs, result.PrunedRefs, result.ReceivedObjects, elapsed);
            }
        }

        return result;
    }

    /// <summary>Makes the clone anew for a user who found it damaged, whose turn it is.</summary>
    public async Task<LocalCloneResult> MakeAnewAsync(string reason, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Options.Timeout, Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var sync = new CloneSync(Path, _remote, Options with { Progress = this }, either.Token);
        try
        {
            return await OnThreadAsync(() => sync.MakeAnew(reason)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GitRemoteUnavailableException($"The clone '{Path}' of '{_remote}' could not be made anew within its time.", new TimeoutException());
        }
    }

    // libgit2 blocks: it gets a thread of its own and not one of the pool's few.
    private static Task<LocalCloneResult> OnThreadAsync(Func<LocalCloneResult> sync)
        => Task.Factory.StartNew(sync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private async Task<LocalCloneResult> ResultAsync(Waiter waiter, CancellationToken untilTimeIsOver, CancellationToken cancellationToken)
    {
        Outcome outcome;
        try
        {
            outcome = await waiter.Answer.Task.WaitAsync(untilTimeIsOver).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            outcome = new Outcome(
                null, new GitRemoteUnavailableException($"The sync of '{Path}' with '{_remote}' did not end within its time.", new TimeoutException()));
            LogFailure(outcome.Failure!);
        }

        return outcome.Result ?? throw outcome.Failure!;
    }

    /// <summary>Leaves the round. The last one that leaves ends it, and waits for its end.</summary>
    private async Task LeaveAsync(Waiter waiter)
    {
        lock (s_gate)
        {
            _waiters.Remove(waiter);
            if (_waiters.Count > 0)
            {
                return;
            }

            Close();
        }

        await _abandoned.CancelAsync().ConfigureAwait(false);
        _everyoneLeft.TrySetResult();
        await _ended.ConfigureAwait(false);
        Dispose();
    }

    private void Fail(Exception exception)
    {
        var logged = false;
        lock (s_gate)
        {
            Close();
        }

        foreach (var waiter in Waiters())
        {
            // An instance each: a thrown exception carries the stack of whoever caught it.
            var failure = Translate(exception);
            waiter.Answer.TrySetResult(new Outcome(null, failure));
            if (!logged)
            {
                logged = true;
                LogFailure(failure);
            }
        }
    }

    private GitException Translate(Exception exception) => exception is GitException known
        ? known.Again()
        : new GitRemoteUnavailableException($"The clone '{Path}' of '{_remote}' could not be synced: {exception.Message}", exception);

    private void LogFailure(GitException failure)
    {
        if (Options.Logger is { } logger)
        {
            GitLog.SyncFailed(logger, Path, _remote.Text, failure.Message);
        }
    }

    private Waiter[] Waiters()
    {
        lock (s_gate)
        {
            return [.. _waiters];
        }
    }

    /// <summary>Lets nobody join any more. Under the gate.</summary>
    private void Close()
    {
        if (s_open.TryGetValue(_key, out var open) && open == this)
        {
            s_open.Remove(_key);
        }
    }

    internal sealed record Outcome(LocalCloneResult? Result, GitException? Failure);

    internal sealed class Waiter(IProgress<GitProgress>? progress)
    {
        public IProgress<GitProgress>? Progress { get; } = progress;

        public TaskCompletionSource<Outcome> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
