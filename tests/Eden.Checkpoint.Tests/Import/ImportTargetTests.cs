using System.Data;
using Eden.Checkpoint.Tests.Kit;
using Moq;
using Npgsql;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>Which targets take an import, and what concurrent writers and imports see of it.</summary>
[TestFixture]
public class ImportTargetTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";
    private const string Another = "exp_01hqs3m4n5p6q7r8s9t0v1w2y8";
    private ImportScene _scene = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _scene = await ImportScene.CreateAsync(variants: 12);

    [OneTimeTearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [TestCase("INSERT INTO task VALUES ('t', 'ideation', 'pending', '{}')", "tasks")]
    [TestCase("INSERT INTO idea VALUES ('i', 'ready', '{}')", "ideas")]
    [TestCase("INSERT INTO variant VALUES ('v', 'starting', '{}')", "variants")]
    [TestCase("INSERT INTO event (event_id, type, occurred_at, experiment_id, data) VALUES ('e', 'a.b', '', '', '{}')", "events")]
    [TestCase("INSERT INTO worker VALUES ('w', '{}', 'h')", "workers")]
    [TestCase("INSERT INTO worker_group VALUES ('g', '{}')", "groups")]
    [TestCase("UPDATE experiment SET state = 'terminated'", "not running")]
    [TestCase("UPDATE experiment SET dispatch_mode = '{\"integration\":\"manual\"}'", "dispatch mode")]
    [TestCase("UPDATE experiment SET dispatch_mode = '{\"termination\":\"auto\"}'", "dispatch mode")]
    [TestCase("UPDATE experiment SET dispatch_mode = '{\"x_review\":\"auto\"}'", "dispatch mode")]
    [TestCase("UPDATE experiment SET dispatch_mode = 'gone'", "dispatch mode")]
    [TestCase("UPDATE experiment SET imported_from = '{}'", "imported")]
    [TestCase("INSERT INTO experiment (experiment_id) VALUES ('exp_second')", "more than one")]
    public async Task A_target_that_is_not_empty_is_a_conflict_and_stays_as_it_was(string change, string told)
    {
        var database = await _scene.ReceiverAsync(Receiver);
        await database.ExecuteAsync(change);
        var before = await DumpAsync(database);

        var failure = await Assert.ThrowsAsync<ExperimentIdConflictException>(
            () => _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository()));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failure!.Message, Does.Contain(told));
            Assert.That(await DumpAsync(database), Is.EqualTo(before));
            Assert.That(Directory.Exists(_scene.RepositoryPath), Is.False);
        }

        _scene.AssertNothingTemporary();
    }

    [TestCase("{ \"termination\" : \"manual\", \"integration\" : \"auto\" }")]
    [TestCase("{}")]
    public async Task A_default_dispatch_mode_may_be_written_in_any_way(string mode)
    {
        var database = await _scene.ReceiverAsync(Receiver);
        await database.ExecuteAsync($"UPDATE experiment SET dispatch_mode = '{mode}'");

        var result = await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options());

        Assert.That(result.ExperimentId, Is.EqualTo(Receiver));
    }

    [TestCase("""{"experiment_id":"exp_01hqs3m4n5p6q7r8s9t0v1w2z9","state":"terminated","created_at":"2026-01-01T00:00:00Z"}""")]
    [TestCase("""{"experiment_id":"exp_01hqs3m4n5p6q7r8s9t0v1w2z9","state":"running","created_at":"2026-01-01T00:00:00Z","imported_from":{}}""")]
    [TestCase("""{"experiment_id":"exp_01hqs3m4n5p6q7r8s9t0v1w2z9","state":"running","created_at":"2026-01-01T00:00:00Z","dispatch_mode":{"integration":"manual"}}""")]
    public void An_in_memory_target_that_is_not_fresh_is_a_conflict(string experiment)
        => Assert.That(
            () => _scene.Importer(new InMemoryCheckpointStore(experiment)).ImportAsync(_scene.Open(), _scene.Options()),
            Throws.InstanceOf<ExperimentIdConflictException>());

    [Test]
    public async Task The_same_archive_twice_is_a_conflict_that_says_so_and_the_probe_finds_it()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var first = await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository());
        var before = await DumpAsync(database);

        var failure = await Assert.ThrowsAsync<ExperimentIdConflictException>(
            () => _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository()));
        var found = await _scene.Importer(database).FindPriorImportAsync(first.Manifest);
        var other = await _scene.Importer(database).FindPriorImportAsync(first.Manifest with { ExportedAt = "2020-01-01T00:00:00Z" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failure!.Message, Does.Contain("same archive").And.Contain(first.Manifest.ExportedAt).And.Contain(first.Manifest.ExperimentId));
            Assert.That(found!.ExperimentId, Is.EqualTo(Receiver));
            Assert.That((found.SourceExperimentId, found.ExportedAt, found.FormatVersion), Is.EqualTo((first.Manifest.ExperimentId, first.Manifest.ExportedAt, "1")));
            Assert.That(other, Is.Null);
            Assert.That(await DumpAsync(database), Is.EqualTo(before));
            Assert.That(Directory.Exists(_scene.RepositoryPath), "the first import's repository stays");
        }

        Directory.Delete(_scene.RepositoryPath, recursive: true);
    }

    [Test]
    public async Task The_probe_finds_nothing_in_a_database_without_schema()
    {
        var database = await _scene.EmptyDatabaseAsync();
        var manifest = new CheckpointManifest { ExperimentId = Another, ExportedAt = "2026-01-01T00:00:00Z", Counts = new CheckpointManifestCounts() };
        Assert.That(await _scene.Importer(database).FindPriorImportAsync(manifest), Is.Null);
    }

    [Test]
    public async Task Another_id_than_the_receivers_is_a_mismatch_before_the_upload_is_read()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var upload = new Mock<Stream>(MockBehavior.Strict);
        upload.SetupGet(stream => stream.CanRead).Returns(true);

        foreach (var options in (CheckpointImportOptions[])
        [
            _scene.Options() with { AsExperimentId = Another }, _scene.Options() with { ExpectedExperimentId = Another },
            _scene.Options() with { AsExperimentId = Receiver, ExpectedExperimentId = Another },
        ])
        {
            Assert.That(() => _scene.Importer(database).ImportAsync(upload.Object, options), Throws.InstanceOf<ExperimentIdMismatchException>());
        }
    }

    [Test]
    public async Task A_fresh_id_is_nobodys_to_expect_which_is_told_before_the_upload_is_read()
    {
        var database = await _scene.EmptyDatabaseAsync();
        var upload = new Mock<Stream>(MockBehavior.Strict);
        upload.SetupGet(stream => stream.CanRead).Returns(true);

        foreach (var expected in (string[])[Another, _scene.Experiment.ExperimentId])
        {
            Assert.That(
                () => _scene.Importer(database).ImportAsync(upload.Object, _scene.OptionsWithRepository() with { ExpectedExperimentId = expected }),
                Throws.InstanceOf<ExperimentIdMismatchException>().With.Message.Contains("a fresh id"));
        }

        Assert.That(await database.ScalarAsync<bool>("SELECT to_regclass('experiment') IS NULL"));
        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task The_id_that_a_receiver_is_configured_for_is_compared_before_the_upload_is_read_too()
    {
        var database = await _scene.EmptyDatabaseAsync();
        var store = new PostgresCheckpointStore(database.DataSource, new PostgresCheckpointStoreOptions { ExperimentId = Receiver });
        var upload = new Mock<Stream>(MockBehavior.Strict);
        upload.SetupGet(stream => stream.CanRead).Returns(true);

        foreach (var options in (CheckpointImportOptions[])[_scene.Options() with { AsExperimentId = Another }, _scene.Options() with { ExpectedExperimentId = Another }])
        {
            Assert.That(() => _scene.Importer(store).ImportAsync(upload.Object, options), Throws.InstanceOf<ExperimentIdMismatchException>());
        }

        var result = await _scene.Importer(store).ImportAsync(_scene.Open(), _scene.Options() with { AsExperimentId = Receiver, ExpectedExperimentId = Receiver });
        Assert.That(result.ExperimentId, Is.EqualTo(Receiver));
    }

    [Test]
    public async Task A_receiver_whose_own_id_breaks_the_grammar_is_a_conflict_because_nobody_could_import_what_it_exports()
    {
        var database = await _scene.ReceiverAsync("demo");
        var before = await DumpAsync(database);

        Assert.That(
            () => _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository()),
            Throws.InstanceOf<ExperimentIdConflictException>().With.Message.Contains("'demo'"));

        Assert.That(await DumpAsync(database), Is.EqualTo(before));
        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task A_configured_receiver_lends_its_id_to_a_fresh_database_and_refuses_another_one()
    {
        var database = await _scene.EmptyDatabaseAsync();
        var store = new PostgresCheckpointStore(database.DataSource, new PostgresCheckpointStoreOptions { ExperimentId = Receiver });
        Assert.That((await _scene.Importer(store).ImportAsync(_scene.Open(), _scene.Options())).ExperimentId, Is.EqualTo(Receiver));

        var foreign = await _scene.ReceiverAsync(Another);
        store = new PostgresCheckpointStore(foreign.DataSource, new PostgresCheckpointStoreOptions { ExperimentId = Receiver });
        Assert.That(() => _scene.Importer(store).ImportAsync(_scene.Open(), _scene.Options()), Throws.InstanceOf<ExperimentIdMismatchException>());
    }

    [Test]
    public async Task A_schema_of_another_version_is_refused_by_name()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        await database.ExecuteAsync("INSERT INTO schema_version VALUES (10)");

        var failure = await Assert.ThrowsAsync<PostgresSchemaVersionException>(() => _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options()));

        Assert.That(failure!.Message, Does.Contain("version 10"));
    }

    [Test]
    public async Task A_role_that_owns_nothing_needs_rights_on_the_tables_and_the_sequence_only()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var role = $"writer_{database.Name}";
        await database.ExecuteAsync(
            $"""
            CREATE ROLE {role} LOGIN PASSWORD 'of a writer';
            GRANT ALL ON ALL TABLES IN SCHEMA public TO {role};
            GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}
            """);
        try
        {
            await using var writing = NpgsqlDataSource.Create(database.With(parts => (parts.Username, parts.Password) = (role, "of a writer")));
            var archive = new HandMadeArchive().Set("repo.bundle", "").Row("events.jsonl", 1, row => row["event_id"] = "evt-000300");

            await _scene.Importer(new PostgresCheckpointStore(writing)).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options());

            Assert.That(await database.ScalarAsync<string>("SELECT string_agg(seq || ' ' || event_id, ', ' ORDER BY seq) FROM event"), Is.EqualTo("1 evt-000300, 2 e-1, 300 e-3"));
        }
        finally
        {
            await database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Test]
    public void An_empty_upload_is_a_bad_request()
        => Assert.That(
            () => _scene.Importer(new InMemoryCheckpointStore($$"""{"experiment_id":"{{Receiver}}"}""")).ImportAsync(new MemoryStream(), _scene.Options()),
            Throws.InstanceOf<CheckpointBadRequestException>());

    [Test]
    public async Task Of_two_racing_imports_exactly_one_wins([Values(1, 2, 3, 4, 5, 6)] int round)
    {
        var database = round % 2 == 0 ? await _scene.EmptyDatabaseAsync() : await _scene.ReceiverAsync(Receiver);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(async number =>
        {
            try
            {
                var options = _scene.Options() with { RepositoryPath = Path.Combine(_scene.Place, "experiment.git") };
                await _scene.Importer(database).ImportAsync(_scene.Open(), options);
                return "won";
            }
            catch (ExperimentIdConflictException)
            {
                return "conflict";
            }
        }));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcomes.Order(), Is.EqualTo(new[] { "conflict", "conflict", "won" }));
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM event"), Is.EqualTo(_scene.Experiment[RegistryKind.Events].Count));
        }

        await GitCli.RunAsync(_scene.RepositoryPath, "fsck", "--full");
        _scene.AssertNothingTemporary();
        Directory.Delete(_scene.RepositoryPath, recursive: true);
    }

    [Test]
    public async Task Of_two_racing_in_memory_imports_exactly_one_wins()
    {
        var store = new InMemoryCheckpointStore($$"""{"experiment_id":"{{Receiver}}","state":"running","created_at":"2026-01-01T00:00:00Z"}""");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                await _scene.Importer(store).ImportAsync(_scene.Open(), _scene.Options());
                return true;
            }
            catch (ExperimentIdConflictException)
            {
                return false;
            }
        }));

        Assert.That(outcomes.Count(won => won), Is.EqualTo(1));
    }

    [Test]
    public async Task A_writer_that_came_before_makes_the_target_occupied()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        await using var writer = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await writer.BeginTransactionAsync(IsolationLevel.Serializable);
        await ExecuteAsync(writer, "INSERT INTO idea VALUES ('early', 'ready', '{}')");

        var import = _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options());
        await UntilAsync(database, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted");
        await transaction.CommitAsync();

        await Assert.ThrowsAsync<ExperimentIdConflictException>(() => import);
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM idea"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_writer_that_comes_during_the_import_waits_and_then_finds_the_experiment_while_readers_go_on()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        Task? writing = null;
        var readable = -1L;
        var store = new StagedStore(_scene.Store(database), async (stage, _) =>
        {
            if (stage == "Ideas")
            {
                writing = database.ExecuteAsync("INSERT INTO worker VALUES ('late', '{}', 'h')");
                await UntilAsync(database, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted");
                readable = (await database.ScalarAsync<long>("SELECT count(*) FROM task"));
            }
        });

        await _scene.Importer(store).ImportAsync(_scene.Open(), _scene.Options());
        await writing!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(readable, Is.Zero, "what is not committed is not seen");
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM worker"), Is.EqualTo(_scene.Experiment[RegistryKind.Workers].Count + 1));
        }
    }

    [Test]
    public async Task A_writer_of_a_key_that_the_archive_has_too_is_the_one_that_fails()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        const string Write = "INSERT INTO idea VALUES ('idea-0000001', 'ready', '{}')";
        await using var early = await database.DataSource.OpenConnectionAsync();
        await using var givenUp = await early.BeginTransactionAsync(IsolationLevel.Serializable);
        await ExecuteAsync(early, Write);
        Task? late = null;
        var store = new StagedStore(_scene.Store(database), async (stage, _) =>
        {
            if (stage == "Tasks")
            {
                late = database.ExecuteAsync(Write);
                await UntilAsync(database, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted");
            }
        });

        // The import waits for the early one, which takes its row back; the late one waits for the import, and meets its row.
        var import = _scene.Importer(store).ImportAsync(_scene.Open(), _scene.Options());
        await UntilAsync(database, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted");
        await givenUp.RollbackAsync();
        await import;

        var failure = await Assert.ThrowsAsync<PostgresException>(() => late!);
        Assert.That(failure!.SqlState, Is.EqualTo(PostgresErrorCodes.UniqueViolation));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM idea"), Is.EqualTo(_scene.Experiment[RegistryKind.Ideas].Count));
    }

    [Test]
    public async Task A_deadlock_with_a_writer_is_tried_again()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        await using var writer = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await ExecuteAsync(writer, "SET LOCAL deadlock_timeout = '1min'; LOCK TABLE worker_group IN ROW EXCLUSIVE MODE");

        // The import has the experiment and waits for the groups; the writer wants it the other way round, and the import is found to be the one too many.
        var import = _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options());
        await UntilAsync(database, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 'worker_group'::regclass");
        await ExecuteAsync(writer, "UPDATE experiment SET base_commit_sha = NULL");
        await transaction.CommitAsync();

        Assert.That((await import).ExperimentId, Is.EqualTo(Receiver));
        Assert.That(_scene.Log.Text, Does.Contain("attempt 2"));
    }

    internal static async Task<string?> DumpAsync(TempDatabase database)
    {
        var parts = new List<string?>();
        foreach (var table in (string[])["experiment", "task", "idea", "variant", "submission", "event", "worker", "worker_group", "group_membership"])
        {
            parts.Add(await database.ScalarAsync<string>($"SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {table} t"));
        }

        return string.Join("\n--\n", parts);
    }

    private static async Task UntilAsync(TempDatabase database, string condition)
    {
        for (var attempt = 0; !await database.ScalarAsync<bool>(condition); attempt++)
        {
            Assert.That(attempt, Is.LessThan(2000), condition);
            await Task.Delay(5);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Constants of this file.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
