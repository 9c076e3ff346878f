using Eden.Git.Tests.Sync;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Microsoft.AspNetCore.Http;
using Moq;

namespace Eden.Checkpoint.Tests.Repositories;

/// <summary>Who shares a sync with whom: those who asked before it began, and nobody else. The remote counts the syncs; gates decide the order, no clock does.</summary>
[TestFixture]
[Category("RealGit")]
public class SharedSyncTests
{
    private RemoteScene _scene = null!;
    private LocalCloneOptions _options = null!;
    private int _listings;

    private static RepoBundleRequest Request => new("exp_1", DateTimeOffset.UnixEpoch);

    [SetUp]
    public async Task SetUp()
    {
        _scene = await RemoteScene.CreateAsync();

        // An open remote lists its refs once a sync.
        _scene.Http.UserName = null;
        _options = _scene.Options;
        _listings = 0;
        CountListings();
    }

    [TearDown]
    public ValueTask TearDown() => _scene.DisposeAsync();

    [Test]
    public async Task Who_asks_during_a_sync_waits_for_the_next_one_which_serves_everybody()
    {
        var (reached, gate) = HoldTheFirst(HttpMethods.Post);
        var before = await RemoteScene.RefsAsync(_scene.Served);
        var first = BundleAsync();
        await reached.Task;

        // The running sync has its listing already: a bundle made after it would lack this commit.
        await _scene.CommitAsync("published before the others asked");
        await _scene.PushAsync();
        var later = Enumerable.Range(0, 5).Select(_ => BundleAsync()).ToArray();
        gate.SetResult();

        Assert.That(await first, Is.EqualTo(before));
        Assert.That(await Task.WhenAll(later), Is.All.EqualTo(await RemoteScene.RefsAsync(_scene.Served)));
        Assert.That(_listings, Is.EqualTo(2));
        await _scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task Another_credential_remote_or_option_makes_another_sync()
    {
        var (reached, gate) = HoldTheFirst(HttpMethods.Post);
        var first = SyncAsync(_options);
        await reached.Task;

        Task<LocalCloneResult>[] others =
        [
            SyncAsync(_options),
            SyncAsync(_options with { Progress = Mock.Of<IProgress<GitProgress>>(), Timeout = TimeSpan.FromMinutes(7) }),
            SyncAsync(_options with { Credentials = new StaticCredentials("ada", RemoteScene.Password) }),
            SyncAsync(_options with { AllowPlainHttpCredentials = false }),
        ];
        var elsewhere = LocalClone.EnsureAsync(_scene.Clone, _scene.Http.Url("other.git"), _options);
        var withPassword = LocalClone.EnsureAsync(_scene.Clone, _scene.Url.Replace("http://", "http://ada:x@", StringComparison.Ordinal), _options);
        gate.SetResult();

        await first;
        await Task.WhenAll(others);
        await withPassword;
        await Assert.ThatAsync(() => elsewhere, Throws.InstanceOf<GitException>().With.Message.Contains("other.git"));
        Assert.That(_listings, Is.EqualTo(1 + 4), "the first two of the others share, the clone of another remote is not even asked");
    }

    [Test]
    public async Task A_cancelled_waiter_leaves_the_sync_to_the_others([Values("before it begins", "while it runs")] string when)
    {
        var (reached, gate) = HoldTheFirst(HttpMethods.Get);
        using var cancellation = new CancellationTokenSource();
        Task<string> cancelled, other;
        await using (await LockAsync())
        {
            // Who asks first begins the round, and may leave it like everybody else.
            cancelled = BundleAsync(cancellationToken: cancellation.Token);
            other = BundleAsync();
            if (when == "before it begins")
            {
                await cancellation.CancelAsync();
            }
        }

        await reached.Task;
        await cancellation.CancelAsync();
        await Assert.ThatAsync(() => cancelled, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(other.IsCompleted, Is.False);
        gate.SetResult();

        Assert.That(await other, Is.EqualTo(await RemoteScene.RefsAsync(_scene.Served)));
        Assert.That(_listings, Is.EqualTo(1));
        await _scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task When_everyone_has_left_the_sync_ends_and_the_next_one_begins_anew()
    {
        var (reached, gate) = HoldTheFirst(HttpMethods.Post);
        using var cancellation = new CancellationTokenSource();
        Task<string>[] tasks;
        await using (await LockAsync())
        {
            tasks = [.. Enumerable.Range(0, 3).Select(_ => BundleAsync(cancellationToken: cancellation.Token))];
        }

        await reached.Task;
        await cancellation.CancelAsync();
        foreach (var task in tasks)
        {
            await Assert.ThatAsync(() => task, Throws.InstanceOf<OperationCanceledException>());
        }

        _scene.AssertNothingTemporary();
        Assert.That(Directory.Exists(_scene.Clone), Is.False);
        gate.SetResult();
        Assert.That(await BundleAsync(), Is.EqualTo(await RemoteScene.RefsAsync(_scene.Served)));
        Assert.That(_listings, Is.EqualTo(2));
    }

    [Test]
    public async Task A_failure_is_told_to_everyone_who_waited_to_each_by_an_exception_of_its_own()
    {
        using var unobserved = new UnobservedExceptions();
        _scene.Http.Fault = GitHttpFault.ServerError;
        var tasks = new List<Task<string>>();
        await using (await LockAsync())
        {
            tasks.AddRange(Enumerable.Range(0, 5).Select(_ => BundleAsync()));
        }

        var failures = new List<CheckpointRepoUnavailableException>();
        foreach (var task in tasks)
        {
            failures.Add((await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => task))!);
        }

        Assert.That(failures.Distinct(ReferenceEqualityComparer.Instance).Count(), Is.EqualTo(5));
        Assert.That(failures.Select(failure => failure.Message), Is.All.Contains("HTTP 500"));
        Assert.That(_listings, Is.EqualTo(1));
        Assert.That(_scene.Logger.Messages.Count(message => message.Contains("HTTP 500", StringComparison.Ordinal)), Is.EqualTo(1));
        _scene.Http.Fault = GitHttpFault.None;
        Assert.That(await BundleAsync(), Is.EqualTo(await RemoteScene.RefsAsync(_scene.Served)));
        Assert.That(unobserved.Messages(), Has.None.Contains(_scene.Url));
    }

    [Test]
    public async Task A_failure_that_nobody_waits_for_any_more_is_left_in_no_task()
    {
        using var unobserved = new UnobservedExceptions();
        _scene.Http.Fault = GitHttpFault.Hang;
        var (reached, gate) = HoldTheFirst(HttpMethods.Get);
        gate.SetResult();
        using var cancellation = new CancellationTokenSource();
        var cancelled = BundleAsync(cancellationToken: cancellation.Token);
        await reached.Task;

        await cancellation.CancelAsync();

        await Assert.ThatAsync(() => cancelled, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(unobserved.Messages(), Has.None.Contains(_scene.Url).And.None.Contains(_scene.Clone));
    }

    [Test]
    public async Task Everyone_has_a_time_of_their_own()
    {
        var clock = new SteppedClock();
        var (reached, gate) = HoldTheFirst(HttpMethods.Get);
        var options = _options with { TimeProvider = clock };
        Task<LocalCloneResult> impatient, patient;
        await using (await LockAsync())
        {
            patient = SyncAsync(options with { Timeout = TimeSpan.FromHours(1) });
            impatient = SyncAsync(options with { Timeout = TimeSpan.FromMinutes(1) });
        }

        clock.Advance(TimeSpan.FromSeconds(1));
        await reached.Task;
        clock.Advance(TimeSpan.FromMinutes(1));
        var failure = await Assert.CatchAsync<GitException>(() => impatient);
        gate.SetResult();

        Assert.That(failure!.InnerException, Is.InstanceOf<TimeoutException>());
        Assert.That((await patient).RefCount, Is.EqualTo(3));
        Assert.That(_listings, Is.EqualTo(1));
    }

    [Test]
    public async Task Everyone_hears_of_the_progress_and_a_listener_that_fails_fails_alone()
    {
        var heard = new List<GitProgress>();
        var listener = new Mock<IProgress<GitProgress>>();
        listener.Setup(progress => progress.Report(It.IsAny<GitProgress>())).Callback<GitProgress>(heard.Add);
        var broken = new Mock<IProgress<GitProgress>>();
        broken.Setup(progress => progress.Report(It.IsAny<GitProgress>())).Throws(new InvalidOperationException("the listener fell over"));
        Task<LocalCloneResult> well, ill;
        await using (await LockAsync())
        {
            ill = SyncAsync(_options with { Progress = broken.Object });
            well = SyncAsync(_options with { Progress = listener.Object });
        }

        var failure = await Assert.CatchAsync<GitException>(() => ill);
        var result = await well;

        Assert.That(failure!.Message, Does.Contain("the listener fell over"));
        var received = new GitProgress(GitPhase.Fetch, result.ReceivedObjects, result.ReceivedObjects, _scene.Url);
        Assert.That(heard, Is.EqualTo(new[] { received, received with { Item = "objects resolved" } }));
        Assert.That(_listings, Is.EqualTo(1));
    }

    [Test]
    public async Task The_clone_stays_locked_until_everyone_has_made_a_bundle_and_they_take_turns()
    {
        var users = 0;
        var most = 0;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tasks = new List<Task<bool>>();
        await using (await LockAsync())
        {
            tasks.AddRange(Enumerable.Range(0, 3).Select(_ => UseAsync(LocalClone.AcquireAsync(_scene.Clone, _scene.Url, _options))));
        }

        await inside.Task;
        Assert.That(LocalClone.TryHoldOffSyncs(_scene.Clone), Is.Null);
        gate.SetResult();

        Assert.That(await Task.WhenAll(tasks), Is.All.True);
        Assert.That(most, Is.EqualTo(1));
        await using var free = LocalClone.TryHoldOffSyncs(_scene.Clone);
        Assert.That(free, Is.Not.Null);

        async Task<bool> UseAsync(Task<GitCloneLease> acquiring)
        {
            await using var clone = await acquiring;
            most = Math.Max(most, Interlocked.Increment(ref users));
            inside.TrySetResult();
            await gate.Task;
            Interlocked.Decrement(ref users);
            return LocalClone.TryHoldOffSyncs(_scene.Clone) is null;
        }
    }

    /// <summary>Bundles as an export does, and lists what is in the bundle.</summary>
    private async Task<string> BundleAsync(CancellationToken cancellationToken = default)
    {
        var provider = new RemoteRepoBundleProvider(_scene.Clone, _scene.Url, new RemoteRepoBundleOptions { Sync = _options });
        using var bundle = await provider.CreateBundleAsync(Request, cancellationToken);
        await using var source = bundle.OpenRead();
        var header = await GitBundle.ReadHeaderAsync(source, cancellationToken: cancellationToken);
        return string.Join('\n', header.Refs.Where(entry => entry.Name != "HEAD").Select(entry => $"{entry.ObjectId} {entry.Name}"));
    }

    private Task<LocalCloneResult> SyncAsync(LocalCloneOptions options) => _scene.SyncAsync(options);

    /// <summary>Takes the clone's lock as another process would, so that everybody gathers before the sync.</summary>
    private Task<IAsyncDisposable> LockAsync()
    {
        Directory.CreateDirectory(_scene.Folder["clones"]);
        return LocalClone.HoldOffSyncsAsync(_scene.Clone, TimeProvider.System);
    }

    private void CountListings() => _scene.Http.OnRequest = request =>
    {
        Count(request);
        return Task.CompletedTask;
    };

    private void Count(HttpRequest request)
    {
        if (request.Path.Value!.EndsWith("/exp.git/info/refs", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _listings);
        }
    }

    /// <summary>Makes the remote wait before it answers the first request of a method.</summary>
    private (TaskCompletionSource Reached, TaskCompletionSource Gate) HoldTheFirst(string method)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _scene.Http.OnRequest = async request =>
        {
            Count(request);
            if (request.Method == method && reached.TrySetResult())
            {
                await gate.Task;
            }
        };
        return (reached, gate);
    }

    /// <summary>Exceptions of tasks that nobody looked at.</summary>
    private sealed class UnobservedExceptions : IDisposable
    {
        private readonly List<string> _messages = [];

        public UnobservedExceptions() => TaskScheduler.UnobservedTaskException += Note;

        /// <summary>Collects what is unreachable and lists what came to light.</summary>
        public string[] Messages()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            lock (_messages)
            {
                return [.. _messages];
            }
        }

        public void Dispose() => TaskScheduler.UnobservedTaskException -= Note;

        private void Note(object? sender, UnobservedTaskExceptionEventArgs args)
        {
            lock (_messages)
            {
                _messages.Add(args.Exception.ToString());
            }
        }
    }
}
