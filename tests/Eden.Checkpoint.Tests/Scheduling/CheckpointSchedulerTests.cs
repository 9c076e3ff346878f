using Eden.Checkpoint.Scheduling;
using Eden.Checkpoint.Tests.Import;
using Eden.Checkpoint.Tests.Kit;
using Moq;

namespace Eden.Checkpoint.Tests.Scheduling;

[TestFixture]
public class CheckpointSchedulerTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly CheckpointSchedule _schedule = new() { Enabled = true, StateInterval = TimeSpan.FromMinutes(10) };

    private TempFolder _folder = null!;
    private SteppedClock _clock = null!;
    private Mock<ICheckpointExporter> _exporter = null!;
    private string _state = "running";
    private int _exports;
    private Exception? _failure;
    private byte[] _archive = [];
    private Func<Task>? _during;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        _clock = new SteppedClock();
        _state = "running";
        _exports = 0;
        _failure = null;
        _during = null;
        _archive = "an archive"u8.ToArray();
        _exporter = new Mock<ICheckpointExporter>(MockBehavior.Strict);
        _exporter.Setup(e => e.ExportAsync(It.IsAny<Stream>(), It.IsAny<CheckpointExportOptions>(), It.IsAny<CancellationToken>()))
            .Returns(async (Stream destination, CheckpointExportOptions options, CancellationToken token) =>
            {
                _exports++;
                await destination.WriteAsync(_archive, token);
                await (_during?.Invoke() ?? Task.CompletedTask);
                return _failure is null ? Result(options.ExperimentId!) : throw _failure;
            });
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task The_first_periodic_checkpoint_comes_one_interval_after_the_start_and_is_named_after_the_experiment()
    {
        await using var run = Start(FakeStore.ExperimentId);
        await AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.That(_exports, Is.Zero);

        await AdvanceAsync(TimeSpan.FromMinutes(1));

        // The hash is the first eight hex digits of `printf exp_01hqs3m4n5p6q7r8s9t0v1w2x3 | sha256sum`.
        Assert.That(Names(), Is.EqualTo(new[] { $"{FakeStore.ExperimentId}-{Hash(FakeStore.ExperimentId)}-20260501T130000_000000Z.tar" }));
    }

    [Test]
    public async Task The_retention_prunes_only_this_experiments_periodic_checkpoints()
    {
        var foreign = new[]
        {
            "notes.txt",
            $"{FakeStore.ExperimentId}-{Hash(FakeStore.ExperimentId)}-by-hand.tar",
            $"{FakeStore.ExperimentId}-{Hash(FakeStore.ExperimentId)}-terminated-20200101T000000_000000Z.tar",
            $"{FakeStore.ExperimentId}-00000000-20200101T000000_000000Z.tar",
            "other-20200101T000000_000000Z.tar",
        };
        foreach (var name in foreign)
        {
            await File.WriteAllTextAsync(_folder[name], "foreign");
        }

        await using var run = Start(FakeStore.ExperimentId, _schedule with { RetentionCount = 2 });
        for (var hour = 0; hour < 5; hour++)
        {
            await AdvanceAsync(s_hour);
        }

        Assert.That(_exports, Is.EqualTo(5));
        Assert.That(Names().Except(foreign), Is.EqualTo(new[]
        {
            $"{FakeStore.ExperimentId}-{Hash(FakeStore.ExperimentId)}-20260501T160000_000000Z.tar",
            $"{FakeStore.ExperimentId}-{Hash(FakeStore.ExperimentId)}-20260501T170000_000000Z.tar",
        }));
        Assert.That(foreign.All(name => File.Exists(_folder[name])));
    }

    [Test]
    public async Task Checkpoints_of_times_to_come_neither_crowd_out_new_ones_nor_are_pruned_until_then()
    {
        using var log = new CapturedLog();
        var ahead = Enumerable.Range(1, 3).Select(day => Name($"2026050{day + 1}T000000_000000Z")).ToArray();
        var old = Enumerable.Range(1, 3).Select(day => Name($"2026040{day}T000000_000000Z")).ToArray();
        foreach (var name in ahead.Concat(old))
        {
            await File.WriteAllTextAsync(_folder[name], "whole");
        }

        var schedule = _schedule with { RetentionCount = 2, OnTerminate = false };
        await using var run = new Running(Scheduler(FakeStore.ExperimentId, schedule, log: log), _clock);
        await AdvanceAsync(s_hour);
        Assert.That(Names(), Is.EquivalentTo([old[2], Name("20260501T130000_000000Z"), .. ahead]), "what was just written is there, and as many as are to be kept");
        Assert.That(log.Text, Does.Contain("3 automatic checkpoints of").And.Contain(ahead[2]));

        await AdvanceAsync(s_hour);
        await AdvanceAsync(s_hour);
        Assert.That(Names(), Is.EquivalentTo([Name("20260501T140000_000000Z"), Name("20260501T150000_000000Z"), .. ahead]));
        Assert.That(log.Text.Split("bear times later").Length - 1, Is.EqualTo(1), "told once");

        // Once their time has come they are checkpoints like any others.
        for (var hour = 15; hour < 24 + 24 + 2; hour++)
        {
            await AdvanceAsync(s_hour);
        }

        Assert.That(Names(), Is.EquivalentTo([Name("20260503T010000_000000Z"), Name("20260503T020000_000000Z"), ahead[2]]));
    }

    [Test]
    public async Task What_was_just_written_stays_although_others_wrote_later_ones_meanwhile()
    {
        var destination = new DirectoryCheckpointDestination(_folder.Path);
        var others = Name("20260501T130001_000000Z");
        _during = async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            await destination.WriteAsync(others, (stream, token) => stream.WriteAsync("theirs"u8.ToArray(), token).AsTask());
        };
        await using var run = Start(FakeStore.ExperimentId, _schedule with { RetentionCount = 1, OnTerminate = false });

        await AdvanceAsync(s_hour);

        Assert.That(Names(), Is.EqualTo(new[] { Name("20260501T130000_000000Z"), others }));
    }

    [Test]
    public async Task A_clock_that_was_ahead_for_a_while_costs_no_checkpoint()
    {
        _clock.Ahead = TimeSpan.FromDays(365);
        var schedule = _schedule with { RetentionCount = 2, OnTerminate = false };
        await using var run = Start(FakeStore.ExperimentId, schedule);
        await AdvanceAsync(s_hour);
        await AdvanceAsync(s_hour);

        // It is set right while the third is being exported, which has its name by then.
        _during = () =>
        {
            _clock.Ahead = TimeSpan.Zero;
            return Task.CompletedTask;
        };
        await AdvanceAsync(s_hour);
        _during = null;
        string[] ahead = [Name("20270501T130000_000000Z"), Name("20270501T140000_000000Z"), Name("20270501T150000_000000Z")];
        Assert.That(Names(), Is.EqualTo(ahead));

        await AdvanceAsync(s_hour);
        Assert.That(Names(), Is.EqualTo([Name("20260501T160000_000000Z"), .. ahead]));

        await AdvanceAsync(s_hour);
        await AdvanceAsync(s_hour);
        Assert.That(Names(), Is.EqualTo([Name("20260501T170000_000000Z"), Name("20260501T180000_000000Z"), .. ahead]));
    }

    [Test]
    public async Task A_clock_that_is_behind_prunes_nothing_but_its_own()
    {
        var real = Enumerable.Range(1, 4).Select(day => Name($"2026040{day}T000000_000000Z")).ToArray();
        foreach (var name in real)
        {
            await File.WriteAllTextAsync(_folder[name], "whole");
        }

        // A board without a battery begins there at every start.
        _clock.Ahead = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero) - _clock.GetUtcNow();
        await using var run = Start(FakeStore.ExperimentId, _schedule with { RetentionCount = 1, OnTerminate = false });
        await AdvanceAsync(s_hour);
        await AdvanceAsync(s_hour);
        Assert.That(Names(), Is.EqualTo([Name("19700101T020000_000000Z"), .. real]));

        _clock.Ahead = TimeSpan.Zero;
        await AdvanceAsync(s_hour);
        Assert.That(Names(), Is.EqualTo(new[] { Name("20260501T150000_000000Z") }));
    }

    [Test]
    public async Task A_pause_is_not_followed_by_a_burst()
    {
        await using var run = Start(FakeStore.ExperimentId, _schedule with { OnTerminate = false });

        await AdvanceAsync(TimeSpan.FromHours(10));
        Assert.That(_exports, Is.EqualTo(1));

        await AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.That(_exports, Is.EqualTo(1), "the next one is due an interval after the end of the last");
    }

    [Test]
    public async Task A_failure_is_neither_fatal_nor_repeated_at_once_and_leaves_no_file()
    {
        _failure = new CheckpointRepoUnavailableException("the remote is down");
        await using var run = Start(FakeStore.ExperimentId, _schedule with { OnTerminate = false });

        await AdvanceAsync(s_hour);
        await AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.That(_exports, Is.EqualTo(1));
        Assert.That(Names(), Is.Empty);

        _failure = null;
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.That(Names(), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_checkpoint_counts_as_written_once_the_destination_has_it()
    {
        using var log = new CapturedLog();
        var fails = true;
        var destination = new Mock<ICheckpointDestination>();
        destination.Setup(d => d.WriteAsync(It.IsAny<string>(), It.IsAny<Func<Stream, CancellationToken, Task>>(), It.IsAny<CancellationToken>()))
            .Returns(async (string _, Func<Stream, CancellationToken, Task> write, CancellationToken token) =>
            {
                await write(Stream.Null, token);
                if (fails)
                {
                    throw new IOException("the bucket is closed");
                }
            });
        destination.Setup(d => d.ListAsync(It.IsAny<CancellationToken>())).Returns(AsyncEnumerable.Empty<StoredCheckpoint>());
        await using var run = new Running(Scheduler(FakeStore.ExperimentId, _schedule with { OnTerminate = false }, destination.Object, log), _clock);

        await AdvanceAsync(s_hour);
        Assert.That(log.Text, Does.Contain("the bucket is closed").And.Not.Contains("Wrote"));

        fails = false;
        await AdvanceAsync(s_hour);
        Assert.That(log.Text, Does.Contain("Wrote the automatic checkpoint"));
    }

    [Test]
    public async Task A_full_disk_is_a_failure_like_any_other()
    {
        _failure = new IOException("No space left on device");
        await using var run = Start(FakeStore.ExperimentId, _schedule with { OnTerminate = false });

        await AdvanceAsync(s_hour);
        await AdvanceAsync(s_hour);

        Assert.That(_exports, Is.EqualTo(2));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder.Path), Is.Empty);
    }

    [Test]
    public async Task A_disk_that_is_really_full_costs_this_one_checkpoint_and_no_other()
    {
        _archive = new byte[1 << 20];
        await using var disk = await SmallDisk.MountAsync(_folder.Path, "1536k");
        await using var run = Start(FakeStore.ExperimentId, _schedule with { RetentionCount = 1, OnTerminate = false });
        await AdvanceAsync(s_hour);
        var first = Names();
        await AdvanceAsync(s_hour);

        Assert.That(_exports, Is.EqualTo(2));
        Assert.That(first, Has.Length.EqualTo(1));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName), Is.EqualTo(first), "the one that is whole stays, the other leaves nothing");

        await disk.ResizeAsync("8m");
        await AdvanceAsync(s_hour);
        Assert.That(Names(), Has.Length.EqualTo(1).And.Not.EqualTo(first));
        Assert.That(new FileInfo(_folder[Names()[0]]).Length, Is.EqualTo(1 << 20));
    }

    [Test]
    public async Task Termination_is_seen_by_itself_and_written_once()
    {
        await using var run = Start(FakeStore.ExperimentId, _schedule with { Interval = TimeSpan.FromDays(1) });
        await AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.That(_exports, Is.Zero);

        _state = "terminated";
        await AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.That(Names(), Is.EqualTo(new[] { $"{FakeStore.ExperimentId}-{Hash(FakeStore.ExperimentId)}-terminated-20260501T122000_000000Z.tar" }));

        await AdvanceAsync(TimeSpan.FromHours(3));
        Assert.That(_exports, Is.EqualTo(1));
    }

    [Test]
    public async Task A_restart_finds_what_happened_while_nothing_ran_and_does_not_repeat_it()
    {
        _state = "terminated";
        await using (var first = Start(FakeStore.ExperimentId))
        {
            Assert.That(Names(), Has.Length.EqualTo(0).Or.Length.EqualTo(1));
            await first.QuietAsync();
            Assert.That(Names(), Has.Length.EqualTo(1), "terminated before the start: seen at once");
        }

        await using var second = Start(FakeStore.ExperimentId);
        await second.QuietAsync();
        Assert.That(_exports, Is.EqualTo(1));
    }

    [Test]
    public async Task A_failed_terminal_checkpoint_is_tried_again_with_the_timer()
    {
        _state = "terminated";
        _failure = new CheckpointRepoUnavailableException("the remote is down");
        await using var run = Start(FakeStore.ExperimentId, _schedule with { Interval = TimeSpan.FromDays(1) });
        await run.QuietAsync();
        Assert.That(_exports, Is.EqualTo(1));

        await AdvanceAsync(TimeSpan.FromMinutes(9));
        Assert.That(_exports, Is.EqualTo(1), "no storm");

        _failure = null;
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.That(Names().Single(), Does.Contain("-terminated-"));
    }

    [Test]
    public void Two_experiments_whose_sanitised_names_collide_keep_apart()
    {
        var (first, second) = (new CheckpointName("exp/a"), new CheckpointName("exp:a"));
        var (ofFirst, ofSecond) = (first.Periodic(DateTimeOffset.UnixEpoch), second.Periodic(DateTimeOffset.UnixEpoch));

        Assert.That((string[])[ofFirst, ofSecond], Is.Unique.And.All.StartsWith("exp_a-"));
        Assert.That((first.IsPeriodic(ofFirst), first.IsPeriodic(ofSecond), second.IsPeriodic(ofSecond), second.IsPeriodic(ofFirst)), Is.EqualTo((true, false, true, false)));
    }

    [TestCase("exp/a")]
    [TestCase("")]
    public void Only_an_experiments_id_can_be_scheduled(string experimentId)
        => Assert.That(() => Scheduler(experimentId, _schedule), Throws.ArgumentException);

    [Test]
    public async Task Two_experiments_share_a_folder_and_each_keeps_its_own()
    {
        const string another = "exp_01hqs3m4n5p6q7r8s9t0v1w2x4";
        await using (var first = Start(FakeStore.ExperimentId, _schedule with { RetentionCount = 1, OnTerminate = false }))
        {
            await AdvanceAsync(s_hour);
        }

        await using (var second = Start(another, _schedule with { RetentionCount = 1, OnTerminate = false }))
        {
            await AdvanceAsync(s_hour);
        }

        Assert.That(Names(), Has.Length.EqualTo(2).And.Some.StartsWith(FakeStore.ExperimentId).And.Some.StartsWith(another));
    }

    [Test]
    public async Task An_interval_may_be_longer_than_any_timer()
    {
        await using (var run = Start(FakeStore.ExperimentId, _schedule with { Interval = TimeSpan.FromDays(60), OnTerminate = false }))
        {
            await AdvanceAsync(TimeSpan.FromDays(59));
            Assert.That(_exports, Is.Zero);

            await AdvanceAsync(TimeSpan.FromDays(1));
            Assert.That(_exports, Is.EqualTo(1));
        }

        await using var never = Start(FakeStore.ExperimentId, _schedule with { Interval = TimeSpan.MaxValue, OnTerminate = false });
        await AdvanceAsync(TimeSpan.FromDays(400));
        Assert.That(_exports, Is.EqualTo(1));
    }

    [Test]
    public async Task An_interval_may_be_a_fraction_of_a_second()
    {
        await using var run = Start(FakeStore.ExperimentId, _schedule with { Interval = TimeSpan.FromSeconds(0.25), OnTerminate = false });

        await AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.That(_exports, Is.EqualTo(4));
    }

    [Test]
    public async Task A_schedule_that_is_not_enabled_does_nothing()
    {
        await Scheduler(FakeStore.ExperimentId, new CheckpointSchedule()).RunAsync(CancellationToken.None);

        Assert.That(_exports, Is.Zero);
    }

    [Test]
    public void Senseless_schedules_cannot_be_made() => Assert.Multiple(() =>
    {
        Assert.That(() => new CheckpointSchedule { Interval = TimeSpan.Zero }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CheckpointSchedule { RetentionCount = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CheckpointSchedule { StateInterval = TimeSpan.FromDays(2) }, Throws.InstanceOf<ArgumentOutOfRangeException>());
    });

    [TestCase("../escape")]
    [TestCase("a/b")]
    [TestCase(".hidden")]
    [TestCase("")]
    public void A_destination_takes_plain_names_only(string name)
    {
        var destination = new DirectoryCheckpointDestination(_folder.Path);

        Assert.That(async () => await destination.WriteAsync(name, (_, _) => Task.CompletedTask), Throws.ArgumentException);
        Assert.That(async () => await destination.OpenAsync(name), Throws.ArgumentException);
        Assert.That(async () => await destination.DeleteAsync(name), Throws.ArgumentException);
    }

    private static string Name(string time) => $"{FakeStore.ExperimentId}-{Hash(FakeStore.ExperimentId)}-{time}.tar";

    private static string Hash(string experimentId)
        => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(experimentId)))[..8];

    private static CheckpointExportResult Result(string experimentId) => new()
    {
        Manifest = new CheckpointManifest
        {
            ExperimentId = experimentId,
            ExportedAt = "2026-05-01T12:00:00.000000Z",
            Counts = new CheckpointManifestCounts(),
        },
        IsResumable = true,
        Warnings = [],
        Members = [],
        ArchiveBytes = 10,
        CrossReferences = new CrossReferenceReport(),
        Timings = new CheckpointExportTimings(),
    };

    private string[] Names() => Directory.EnumerateFiles(_folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();

    private CheckpointScheduler Scheduler(
        string experimentId, CheckpointSchedule schedule, ICheckpointDestination? destination = null, CapturedLog? log = null)
    {
        var snapshot = new Mock<IStoreSnapshot>();
        snapshot.SetupGet(s => s.ExperimentId).Returns(experimentId);
        snapshot.SetupGet(s => s.Experiment).Returns(() => System.Text.Encoding.UTF8.GetBytes($$"""{"state":"{{_state}}"}"""));
        var store = new Mock<ICheckpointStore>();
        store.Setup(s => s.OpenSnapshotAsync(It.IsAny<CancellationToken>())).ReturnsAsync(snapshot.Object);
        return new CheckpointScheduler(
            experimentId, store.Object, _exporter.Object, destination ?? new DirectoryCheckpointDestination(_folder.Path), schedule,
            timeProvider: _clock, logger: log?.For<CheckpointScheduler>());
    }

    private Running Start(string experimentId, CheckpointSchedule? schedule = null)
        => new(Scheduler(experimentId, schedule ?? _schedule), _clock);

    /// <summary>Moves the clock once the scheduler waits, and returns when it waits again.</summary>
    private async Task AdvanceAsync(TimeSpan time)
    {
        var target = _clock.Passed + time;
        while (_clock.Passed < target)
        {
            var wait = await _clock.NextWaitAsync();
            var step = target - _clock.Passed;
            if (wait > step)
            {
                _clock.Advance(step);
                _clock.Rewait(wait - step);
                return;
            }

            // A pause longer than the wait arrives in one piece, as it does when a machine sleeps.
            _clock.Advance(time > TimeSpan.FromHours(5) ? step : wait);
        }

        _clock.Rewait(await _clock.NextWaitAsync());
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly SteppedClock _clock;
        private readonly Task _run;

        public Running(CheckpointScheduler scheduler, SteppedClock clock)
        {
            _clock = clock;
            _run = scheduler.RunAsync(_stop.Token);
        }

        /// <summary>Returns when the scheduler waits.</summary>
        public async Task QuietAsync() => _clock.Rewait(await _clock.NextWaitAsync());

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            Assert.That(async () => await _run, Throws.InstanceOf<OperationCanceledException>());
            _clock.ForgetWaits();
            _stop.Dispose();
        }
    }
}
