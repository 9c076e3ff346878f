using Eden.Checkpoint.Tests.Kit;
using Eden.Shared;
using Npgsql;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>Whatever goes wrong, the target is complete or exactly as before, the repository included, and the next import goes through.</summary>
[TestFixture]
public class ImportFaultTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";
    private ImportScene _scene = null!;

    public enum Fault
    {
        Terminated,
        Cancelled,
        DiskError,
        Contention,
    }

    [OneTimeSetUp]
    public async Task SetUp() => _scene = await ImportScene.CreateAsync(variants: 24);

    [OneTimeTearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [TearDown]
    public void RemoveRepository()
    {
        if (Directory.Exists(_scene.RepositoryPath))
        {
            Directory.Delete(_scene.RepositoryPath, recursive: true);
        }
    }

    [Test]
    public async Task A_fault_at_any_stage_leaves_the_target_as_it_was(
        [ValueSource(typeof(StagedStore), nameof(StagedStore.Stages))] string stage, [Values] Fault fault)
    {
        var database = await _scene.ReceiverAsync(Receiver, "Mine");
        var before = await ImportTargetTests.DumpAsync(database);
        using var cancellation = new CancellationTokenSource();
        var attempts = 0;
        var store = new StagedStore(_scene.Store(database), async (reached, _) =>
        {
            if (reached == stage)
            {
                attempts++;
                await StrikeAsync(database, fault, cancellation);
            }
        });

        var failure = await Assert.CatchAsync(() => _scene.Importer(store).ImportAsync(_scene.Open(), _scene.OptionsWithRepository(), cancellation.Token));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failure, fault switch
            {
                Fault.Cancelled => Is.InstanceOf<OperationCanceledException>(),
                Fault.Terminated => Is.InstanceOf<NpgsqlException>(),
                Fault.DiskError => Is.InstanceOf<IOException>(),
                _ => Is.InstanceOf<ExperimentIdConflictException>(),
            });
            Assert.That(attempts, Is.EqualTo(fault == Fault.Contention ? 4 : 1));
            await AssertAsBeforeAsync(database, before);
        }

        await AssertImportsAsync(database);
    }

    [Test]
    public async Task Cancelled_at_random_moments_it_is_complete_or_as_before([Values(11, 12, 13)] int seed)
    {
        var random = new Random(seed);
        TestContext.Out.WriteLine($"seed {seed}");
        for (var round = 0; round < 6; round++)
        {
            var database = await _scene.ReceiverAsync(Receiver);
            var before = await ImportTargetTests.DumpAsync(database);
            using var cancellation = new CancellationTokenSource();
            var budget = random.Next(1, 40);
            var progress = new Countdown(() => --budget == 0, cancellation.Cancel);
            CheckpointImportResult? result = null;
            try
            {
                result = await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository() with { Progress = progress }, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
            }

            if (result is null)
            {
                await AssertAsBeforeAsync(database, before);
            }
            else
            {
                await AssertCompleteAsync(database);
                Directory.Delete(_scene.RepositoryPath, recursive: true);
            }
        }
    }

    [Test]
    public async Task Whatever_strikes_wherever_the_target_is_complete_or_as_before_and_takes_the_next_import([Values(21, 22, 23, 24)] int seed)
    {
        var random = new Random(seed);
        TestContext.Out.WriteLine($"seed {seed}");
        for (var round = 0; round < 8; round++)
        {
            var database = await _scene.ReceiverAsync(Receiver, random.Next(2) == 0 ? null : "Mine");
            var stage = StagedStore.Stages[random.Next(StagedStore.Stages.Length)];
            var strike = random.Next(6);
            TestContext.Out.WriteLine($"round {round}: {strike} at {stage}");
            using var cancellation = new CancellationTokenSource();
            var isStruck = false;
            var store = new StagedStore(_scene.Store(database), async (reached, _) =>
            {
                if (reached == stage && !isStruck)
                {
                    isStruck = true;
                    await StrikeAsync(database, (Fault)Math.Min(strike, (int)Fault.DiskError), cancellation);
                }
            });
            if (strike >= 4)
            {
                // A constraint that a row breaks, or a disk of the server's that is full, in the middle of the table or at the commit.
                await database.ExecuteAsync($"""
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{(strike == 4 ? "23514" : "53100")}'; END $$;
                    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON event {(random.Next(2) == 0 ? "" : "DEFERRABLE INITIALLY DEFERRED")} FOR EACH ROW WHEN (NEW.event_id = 'evt-000020') EXECUTE FUNCTION refuse();
                    """);
                store = new StagedStore(_scene.Store(database), (_, _) => Task.CompletedTask);
            }

            var before = await ImportTargetTests.DumpAsync(database);

            var failure = await Assert.CatchAsync(() => _scene.Importer(store).ImportAsync(_scene.Open(), _scene.OptionsWithRepository(), cancellation.Token));

            Assert.That(failure, strike >= 4 ? Is.InstanceOf<PostgresException>().With.Message.Contains("refused") : Is.Not.Null);
            await AssertAsBeforeAsync(database, before);
            await database.ExecuteAsync("DROP FUNCTION IF EXISTS refuse CASCADE");
            await AssertImportsAsync(database);
            Directory.Delete(_scene.RepositoryPath, recursive: true);
        }
    }

    [Test]
    public async Task A_server_process_killed_in_the_middle_of_the_commit_leaves_nothing()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        await database.ExecuteAsync("""
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON experiment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow();
            """);
        var before = await ImportTargetTests.DumpAsync(database);
        var import = _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository());
        while (await database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'") == 0)
        {
            Assert.That(import.IsCompleted, Is.False);
            await Task.Delay(5);
        }

        Assert.That(Directory.Exists(_scene.RepositoryPath), "the repository is renamed before the commit");
        await StrikeAsync(database, Fault.Terminated, null);

        await Assert.CatchAsync<NpgsqlException>(() => import);
        await AssertAsBeforeAsync(database, before);
    }

    [Test]
    public async Task A_lost_answer_to_the_commit_is_asked_for_and_the_import_is_complete()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        await using var proxy = new PostgresProxy(new NpgsqlConnectionStringBuilder(database.ConnectionString).Port);
        await using var behind = NpgsqlDataSource.Create(database.With(builder => builder.Port = proxy.Port));
        await PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource);
        var result = await _scene.Importer(new PostgresCheckpointStore(behind)).ImportAsync(_scene.Open(), _scene.OptionsWithRepository());

        Assert.That(proxy.HasLost);
        Assert.That(result.RepositoryPath, Is.EqualTo(_scene.RepositoryPath));
        await AssertCompleteAsync(database);
    }

    [Test]
    public async Task A_lost_answer_that_nobody_gives_again_is_told_as_such_and_settled_by_the_next_import()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        await using var proxy = new PostgresProxy(new NpgsqlConnectionStringBuilder(database.ConnectionString).Port) { StaysDown = true };
        await using var behind = NpgsqlDataSource.Create(database.With(builder => builder.Port = proxy.Port));
        var store = new PostgresCheckpointStore(behind, timeProvider: new ImpatientClock());

        await Assert.ThrowsAsync<ImportOutcomeUnknownException>(() => _scene.Importer(store).ImportAsync(_scene.Open(), _scene.OptionsWithRepository()));

        Assert.That(File.Exists(Path.Combine(_scene.RepositoryPath, "eden-import-unfinished")));
        var conflict = await Assert.ThrowsAsync<ExperimentIdConflictException>(() => _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository()));
        Assert.That(conflict!.Message, Does.Contain("same archive"));
        await AssertCompleteAsync(database);
    }

    [Test]
    public async Task What_a_killed_process_left_is_removed_when_its_import_did_not_take_place()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        await _scene.Importer(await _scene.EmptyDatabaseAsync()).ImportAsync(_scene.Open(), _scene.OptionsWithRepository());
        await File.WriteAllTextAsync(Path.Combine(_scene.RepositoryPath, "eden-import-unfinished"), "{}");
        await File.WriteAllTextAsync(Path.Combine(_scene.RepositoryPath, "leftover"), "");

        await AssertImportsAsync(database);

        Assert.That(File.Exists(Path.Combine(_scene.RepositoryPath, "leftover")), Is.False);
    }

    [Test]
    public async Task A_repository_path_that_somebody_took_in_between_takes_the_rows_back()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var before = await ImportTargetTests.DumpAsync(database);
        var store = new StagedStore(_scene.Store(database), (reached, _) =>
        {
            if (reached == "Experiment")
            {
                Directory.CreateDirectory(Path.Combine(_scene.RepositoryPath, "somebody's"));
            }

            return Task.CompletedTask;
        });

        await Assert.ThrowsAsync<ExperimentIdConflictException>(() => _scene.Importer(store).ImportAsync(_scene.Open(), _scene.OptionsWithRepository()));

        Assert.That(await ImportTargetTests.DumpAsync(database), Is.EqualTo(before));
        Assert.That(Directory.EnumerateFileSystemEntries(_scene.RepositoryPath).Select(Path.GetFileName), Is.EqualTo(new[] { "somebody's" }));
        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task An_occupied_repository_path_fails_before_the_transaction_and_stays()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var before = await ImportTargetTests.DumpAsync(database);
        Directory.CreateDirectory(_scene.RepositoryPath);
        await File.WriteAllTextAsync(Path.Combine(_scene.RepositoryPath, "mine"), "");

        var failure = await Assert.ThrowsAsync<ExperimentIdConflictException>(() => _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository()));

        Assert.That(failure!.Message, Does.Contain(_scene.RepositoryPath).And.Contain("the repository path of this receiver").And.Contain("Move away"));

        Assert.That(await ImportTargetTests.DumpAsync(database), Is.EqualTo(before));
        Assert.That(File.Exists(Path.Combine(_scene.RepositoryPath, "mine")));
        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task Missing_parents_of_the_repository_are_made_and_go_again_on_failure()
    {
        var path = Path.Combine(_scene.Place, "experiment.git", "deep", "er.git");
        var database = await _scene.ReceiverAsync(Receiver);
        var store = new StagedStore(_scene.Store(database), (reached, _) => reached == "Commit" ? throw new IOException("struck") : Task.CompletedTask);

        await Assert.CatchAsync<IOException>(() => _scene.Importer(store).ImportAsync(_scene.Open(), _scene.Options() with { RepositoryPath = path }));
        Assert.That(Directory.EnumerateFileSystemEntries(_scene.Place), Is.Empty);

        await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options() with { RepositoryPath = path });
        await GitCli.RunAsync(path, "fsck", "--full");
    }

    [Test]
    public async Task An_issuer_that_fails_keeps_the_transaction_from_opening()
    {
        var database = await _scene.EmptyDatabaseAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _scene.Importer(database, new FailingIssuer()).ImportAsync(_scene.Open(), _scene.OptionsWithRepository()));

        Assert.That(await database.ScalarAsync<bool>("SELECT to_regclass('experiment') IS NULL"), "the target was looked at");
        Assert.That(Directory.Exists(_scene.RepositoryPath), Is.False);
        _scene.AssertNothingTemporary();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_full_disk_leaves_the_target_as_it_was(bool underTheSpool)
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var before = await ImportTargetTests.DumpAsync(database);
        var mount = Directory.CreateDirectory(_scene["small"]).FullName;
        await using (await SmallDisk.MountAsync(mount, "32k"))
        {
            var options = underTheSpool
                ? _scene.OptionsWithRepository() with { TemporaryDirectory = mount }
                : _scene.Options() with { RepositoryPath = Path.Combine(mount, "r.git") };
            await Assert.CatchAsync<IOException>(() => _scene.Importer(database).ImportAsync(_scene.Open(), options));
            Assert.That(Directory.EnumerateFileSystemEntries(mount), Is.Empty);
        }

        await AssertAsBeforeAsync(database, before);
    }

    private static async Task StrikeAsync(TempDatabase database, Fault fault, CancellationTokenSource? cancellation)
    {
        switch (fault)
        {
            case Fault.Terminated:
                await database.ExecuteAsync(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL");
                break;
            case Fault.Cancelled:
                await cancellation!.CancelAsync();
                break;
            case Fault.DiskError:
                throw new IOException("No space left on device");
            default:
                throw new StoreContentionException("Another one won.");
        }
    }

    private async Task AssertAsBeforeAsync(TempDatabase database, string? before)
    {
        Assert.That(await ImportTargetTests.DumpAsync(database), Is.EqualTo(before));
        Assert.That(Directory.Exists(_scene.RepositoryPath), Is.False, "a repository was left");
        _scene.AssertNothingTemporary();
        Assert.That(
            await database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"),
            Is.Zero, "a transaction is open");
    }

    private async Task AssertCompleteAsync(TempDatabase database)
    {
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM event"), Is.EqualTo(_scene.Experiment[RegistryKind.Events].Count));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM experiment WHERE imported_from IS NOT NULL"), Is.EqualTo(1));
        Assert.That(File.Exists(Path.Combine(_scene.RepositoryPath, "eden-import-unfinished")), Is.False);
        await GitCli.RunAsync(_scene.RepositoryPath, "fsck", "--full");
        _scene.AssertNothingTemporary();
    }

    private async Task AssertImportsAsync(TempDatabase database)
    {
        await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository());
        await AssertCompleteAsync(database);
    }

    private sealed class Countdown(Func<bool> isOver, Action then) : IProgress<CheckpointProgress>
    {
        public void Report(CheckpointProgress value)
        {
            lock (this)
            {
                if (isOver())
                {
                    then();
                }
            }
        }
    }

    private sealed class FailingIssuer : IWorkerCredentialIssuer
    {
        private int _issued;

        public Task<WorkerCredential> IssueAsync(string workerId, CancellationToken cancellationToken = default)
            => Interlocked.Increment(ref _issued) == 3
                ? throw new InvalidOperationException("no more")
                : Task.FromResult(new WorkerCredential(workerId, "t", "h"));
    }

    /// <summary>A clock whose timers are due at once.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
