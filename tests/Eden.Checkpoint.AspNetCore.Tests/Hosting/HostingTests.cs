using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Eden.Checkpoint.Tests.Kit;
using Eden.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Moq;
using Npgsql;

namespace Eden.Checkpoint.AspNetCore.Tests.Hosting;

/// <summary>Options, schedules and health.</summary>
[TestFixture]
public class HostingTests
{
    private const string First = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string Second = "exp_01hqs3m4n5p6q7r8s9t0v1w2x4";
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Options_that_do_not_fit_together_stop_the_start_and_say_why()
    {
        Assert.That(Faults(_ => { }), Has.Some.Contains("No experiment"));
        Assert.That(Faults(o => Add(o, Experiment(First), Experiment(First) with { ExperimentId = null })), Has.Some.Contains("each needs its ExperimentId"));
        Assert.That(Faults(o => Add(o, Experiment(First), Experiment(First))), Has.Some.Contains("more than once"));
        Assert.That(() => Experiment(First) with { ExperimentId = "one" }, Throws.ArgumentException.With.Message.Contains("exp_ and 26 characters"));
        Assert.That(Faults(o => Add(o, Experiment(First) with { Schedule = new CheckpointSchedule { Enabled = true } })), Has.Some.Contains("Destination"));

        static IEnumerable<string> Faults(Action<EdenCheckpointOptions> configure)
            => Assert.ThrowsAsync<OptionsValidationException>(() => TestServer.StartAsync(configure)).GetAwaiter().GetResult()!.Failures;
    }

    [Test]
    public async Task Mapping_without_adding_is_told()
    {
        await using var application = WebApplication.CreateSlimBuilder().Build();

        Assert.That(() => application.MapEdenCheckpoint(), Throws.InvalidOperationException.With.Message.Contains("AddEdenCheckpoint"));
    }

    [Test]
    public async Task Each_experiment_is_checkpointed_by_its_own_schedule()
    {
        var clock = new SteppedClock();
        await using var server = await TestServer.StartAsync(
            options => Add(
                options,
                Scheduled(First, TimeSpan.FromMinutes(20)),
                Scheduled(Second, s_hour)),
            "",
            services => services.AddSingleton<TimeProvider>(clock));
        await clock.NextWaitAsync();
        await clock.NextWaitAsync();

        for (var step = 0; step < 3; step++)
        {
            clock.Advance(TimeSpan.FromMinutes(20));
            await clock.NextWaitAsync();
        }

        await clock.NextWaitAsync();
        Assert.That(Names(First), Has.Length.EqualTo(3));
        Assert.That(Names(Second), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_failing_schedule_does_not_stop_the_host()
    {
        var clock = new SteppedClock();
        await using var server = await TestServer.StartAsync(
            options => Add(options, Scheduled(First, s_hour) with { Bundles = new LocalRepoBundleProvider(_folder["nowhere.git"]) }),
            "",
            services => services.AddSingleton<TimeProvider>(clock));
        await clock.NextWaitAsync();

        clock.Advance(s_hour);
        await clock.NextWaitAsync();

        await server.Log.WaitForAsync(1402);
        using var answer = await server.ReadAsync(First);
        Assert.That(answer.IsSuccessStatusCode);
        Assert.That(Names(First), Is.Empty);
    }

    [Test]
    public async Task A_receiver_that_waits_for_its_import_is_healthy_and_the_remote_is_not_asked()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        var asked = 0;
        var experiment = new CheckpointExperiment(new PostgresCheckpointStore(database.DataSource))
        {
            RepositoryPath = _folder["later/repo.git"],
            ProbeRemote = _ =>
            {
                asked++;
                throw new IOException("the git host is down");
            },
        };

        Assert.That((await HealthAsync(experiment, includeRemote: false)).Status, Is.EqualTo(HealthStatus.Healthy));
        Assert.That(asked, Is.Zero);

        var withRemote = await HealthAsync(experiment, includeRemote: true);
        Assert.That(withRemote.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(withRemote.Entries["eden-checkpoint"].Description, Does.Contain("remote"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder.Path), Is.Empty, "a health check leaves nothing");
    }

    [Test]
    public async Task A_store_that_does_not_answer_and_a_folder_that_is_no_repository_are_unhealthy()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Password=do-not-tell;Timeout=2");
        var store = await HealthAsync(new CheckpointExperiment(new PostgresCheckpointStore(nowhere)), includeRemote: false);
        Assert.That(store.Entries["eden-checkpoint"].Description, Does.Contain("store").And.Not.Contain("do-not-tell"));

        await File.WriteAllTextAsync(_folder["notes.txt"], "not a repository");
        var folder = await HealthAsync(Experiment(First) with { RepositoryPath = _folder.Path }, includeRemote: false);
        Assert.That(folder.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(folder.Entries["eden-checkpoint"].Description, Does.Contain("repository folder"));
    }

    [Test]
    public async Task A_temporary_directory_that_cannot_be_made_is_unhealthy()
    {
        await File.WriteAllTextAsync(_folder["occupied"], "a file");

        var spool = await HealthAsync(Experiment(First) with { Export = new CheckpointExportOptions { TemporaryDirectory = _folder["occupied/tmp"] } }, includeRemote: false);
        var later = await HealthAsync(Experiment(First) with { Import = new CheckpointImportOptions { TemporaryDirectory = _folder["later/tmp"] } }, includeRemote: false);

        Assert.That(spool.Entries["eden-checkpoint"].Description, Does.Contain("temporary directory"));
        Assert.That(later.Status, Is.EqualTo(HealthStatus.Healthy));
        Assert.That(Path.Exists(_folder["later"]), Is.False, "a health check leaves nothing");
    }

    [Test]
    public async Task Whoever_asks_for_the_health_while_a_look_is_under_way_gets_what_that_one_finds()
    {
        var gate = new TaskCompletionSource<IStoreSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = new Mock<ICheckpointStore>();
        store.Setup(s => s.OpenSnapshotAsync(It.IsAny<CancellationToken>())).Returns(gate.Task);
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(new CheckpointExperiment(store.Object)));
        var observation = server.Services.GetRequiredService<HealthObservation>();

        using var impatient = new CancellationTokenSource();
        var looks = Enumerable.Range(0, 100).Select(_ => observation.LookAsync(false, default)).ToArray();
        var leaving = observation.LookAsync(false, impatient.Token);
        await impatient.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => leaving);
        gate.SetException(new IOException("the store is down"));

        Assert.That((await Task.WhenAll(looks)).Select(findings => findings.Text), Is.All.Contain("does not answer"));
        store.Verify(s => s.OpenSnapshotAsync(It.IsAny<CancellationToken>()), Times.Once);
        await observation.LookAsync(false, default);
        store.Verify(s => s.OpenSnapshotAsync(It.IsAny<CancellationToken>()), Times.Exactly(2));
    }

    [Test]
    public void Limits_have_ranges()
    {
        var options = new EdenCheckpointOptions();
        Assert.Multiple(() =>
        {
            Assert.That((options.MaxConcurrentImports, options.MaxConcurrentExports, options.MaxQueuedVerifications, options.MaxSpooledUploadBytes), Is.EqualTo((4, 32, 64, 64L << 30)));
            foreach (var wrong in new Action[]
            {
                () => options.MaxConcurrentImports = 0, () => options.MaxConcurrentImports = 1_001, () => options.MaxConcurrentExports = 0, () => options.MaxConcurrentExports = 1_001,
                () => options.MaxQueuedVerifications = -1, () => options.MaxQueuedVerifications = 10_001, () => options.MaxSpooledUploadBytes = 0,
            })
            {
                Assert.That(wrong, Throws.InstanceOf<ArgumentOutOfRangeException>());
            }
        });
    }

    [TestCase("a-token\n")]
    [TestCase("a-token ")]
    [TestCase("a\u0001token")]
    public void An_admin_token_that_no_request_can_carry_stops_the_start_and_is_not_shown(string token)
    {
        var failure = Assert.ThrowsAsync<OptionsValidationException>(() => TestServer.StartAsync(options =>
        {
            options.AdminToken = token;
            options.Experiments.Add(Experiment(First));
        })).GetAwaiter().GetResult()!;

        Assert.That(failure.Message, Does.Contain("admin token").And.Not.Contain(token.Trim()));
    }

    private static void Add(EdenCheckpointOptions options, params CheckpointExperiment[] experiments)
    {
        foreach (var experiment in experiments)
        {
            options.Experiments.Add(experiment);
        }
    }

    private static CheckpointExperiment Experiment(string id) => new(new InMemoryCheckpointStore(
        $$"""{"experiment_id":"{{id}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""")) { ExperimentId = id };

    private static async Task<HealthReport> HealthAsync(CheckpointExperiment experiment, bool includeRemote)
    {
        await using var server = await TestServer.StartAsync(
            options => options.Experiments.Add(experiment), "", services => services.AddHealthChecks().AddEdenCheckpoint(includeRemote: includeRemote));
        return await server.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
    }

    private CheckpointExperiment Scheduled(string id, TimeSpan interval) => Experiment(id) with
    {
        Schedule = new CheckpointSchedule { Enabled = true, Interval = interval, OnTerminate = false },
        Destination = new DirectoryCheckpointDestination(_folder["checkpoints"]),
    };

    private string[] Names(string id)
        => Directory.Exists(_folder["checkpoints"]) ? Directory.GetFiles(_folder["checkpoints"], $"{id}-*.tar") : [];
}
