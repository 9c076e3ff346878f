using System.Transactions;
using Eden.Checkpoint.Tests.Kit;
using Microsoft.Extensions.Logging;
using Moq;
using Npgsql;

namespace Eden.Checkpoint.Tests.Stores.Postgres;

/// <summary>What a snapshot holds, against a real server.</summary>
[TestFixture]
public class PostgresCheckpointStoreTests
{
    private const string Experiment = "INSERT INTO experiment (experiment_id, created_at) VALUES ('exp_1', '2026-05-01T00:00:00Z')";

    [Test]
    public async Task A_snapshot_gives_back_every_row_byte_for_byte_in_the_order_of_the_format()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        var experiment = SyntheticExperiment.WithoutRepository(100);
        await experiment.LoadAsync(database.DataSource);

        await using var snapshot = await new PostgresCheckpointStore(database.DataSource).OpenSnapshotAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(snapshot.ExperimentId, Is.EqualTo(experiment.ExperimentId));
            Assert.That(snapshot.ExperimentText(), Is.EqualTo(experiment.ExperimentJson));
            foreach (var kind in Enum.GetValues<RegistryKind>())
            {
                Assert.That(await snapshot.ListAsync(kind), Is.EqualTo(experiment[kind]), kind.ToString());
            }

            Assert.That(await snapshot.ListAsync(RegistryKind.Ideas), Is.EqualTo(experiment[RegistryKind.Ideas]), "a second time");
        }
    }

    [Test]
    public async Task The_order_is_that_of_bytes_under_a_linguistic_collation()
    {
        await using var database = await CreateAsync();
        await database.ExecuteAsync("INSERT INTO idea SELECT key, 'ready', key FROM unnest(ARRAY['b', 'B', 'a', 'A', 'é', 'e-', 'e0', '_', '🚀', 'ﾮ']) AS key");

        await using var snapshot = await new PostgresCheckpointStore(database.DataSource).OpenSnapshotAsync();

        Assert.That(await snapshot.ListAsync(RegistryKind.Ideas), Is.EqualTo((string[])["A", "B", "_", "a", "b", "e-", "e0", "é", "ﾮ", "🚀"]));
    }

    [Test]
    public async Task Events_come_in_append_order_whatever_their_ids_and_times_say()
    {
        await using var database = await CreateAsync();
        await database.ExecuteAsync(
            """
            INSERT INTO event OVERRIDING SYSTEM VALUE VALUES (20, 'evt-1', 'a.b', '2026-01-01T00:00:00Z', 'exp_1', '{"event_id":"evt-1"}');
            INSERT INTO event OVERRIDING SYSTEM VALUE VALUES (3, 'evt-9', 'a.b', '2026-09-01T00:00:00Z', 'exp_1', '{"event_id":"evt-9"}')
            """);

        await using var snapshot = await new PostgresCheckpointStore(database.DataSource).OpenSnapshotAsync();

        Assert.That(await snapshot.ListAsync(RegistryKind.Events), Is.EqualTo((string[])["""{"event_id":"evt-9"}""", """{"event_id":"evt-1"}"""]));
    }

    [TestCase("t1", "execution", "{\"status\":\"error\"}", ExpectedResult = "{\"task_id\":\"t1\",\"kind\":\"execution\",\"status\":\"error\"}")]
    [TestCase("t1", "execution", " \n{ \t\"status\":1 } ", ExpectedResult = "{\"task_id\":\"t1\",\"kind\":\"execution\",\"status\":1 } ")]
    [TestCase("t1", "execution", "{}", ExpectedResult = "{\"task_id\":\"t1\",\"kind\":\"execution\"}")]
    [TestCase("t1", "execution", "{ }", ExpectedResult = "{\"task_id\":\"t1\",\"kind\":\"execution\"}")]
    [TestCase("a\"b\\c\nd\u0001é🚀", "x\ty", "{\"a\":1}", ExpectedResult = "{\"task_id\":\"a\\\"b\\\\c\\u000ad\\u0001é🚀\",\"kind\":\"x\\u0009y\",\"a\":1}", TestName = "A_submission_gets_its_task_and_kind_escaped")]
    [TestCase("t1", "execution", "[1]", ExpectedResult = "[1]")]
    [TestCase("t1", "execution", "", ExpectedResult = "")]
    [TestCase("t1", "execution", "{", ExpectedResult = "{\"task_id\":\"t1\",\"kind\":\"execution\"")]
    public async Task<string> A_submission_gets_its_task_and_kind_in_front(string taskId, string kind, string data)
    {
        await using var database = await CreateAsync();
        await using var insert = database.DataSource.CreateCommand(
            "WITH t AS (INSERT INTO task VALUES ($1, $2, 'completed', '{}')) SELECT 1");
        insert.Parameters.AddWithValue(taskId);
        insert.Parameters.AddWithValue(kind);
        await insert.ExecuteNonQueryAsync();
        await using var submit = database.DataSource.CreateCommand("INSERT INTO submission VALUES ($1, $2, $3)");
        submit.Parameters.AddWithValue(taskId);
        submit.Parameters.AddWithValue(kind);
        submit.Parameters.AddWithValue(data);
        await submit.ExecuteNonQueryAsync();

        await using var snapshot = await new PostgresCheckpointStore(database.DataSource).OpenSnapshotAsync();
        return (await snapshot.ListAsync(RegistryKind.Submissions)).Single();
    }

    [Test]
    public async Task The_record_leaves_out_what_is_null_and_escapes_the_rest()
    {
        await using var database = await CreateAsync("INSERT INTO experiment (experiment_id) VALUES ('exp_1')");
        var store = new PostgresCheckpointStore(database.DataSource);
        await using (var bare = await store.OpenSnapshotAsync())
        {
            Assert.That(
                bare.ExperimentText(),
                Is.EqualTo("""{"experiment_id":"exp_1","state":"running","created_at":"1970-01-01T00:00:00Z","dispatch_mode":{"ideation_creation":"auto","execution_dispatch":"auto","evaluation_dispatch":"auto","integration":"auto"}}"""));
        }

        await database.ExecuteAsync(
            """
            UPDATE experiment SET state = 'terminated', name = E'„a" \\ \n漢', base_commit_sha = 'abc', dispatch_mode = ' {"integration" : "manual"}',
                imported_from = '{"source_experiment_id":"exp_0"}'
            """);
        await using var full = await store.OpenSnapshotAsync();
        Assert.That(
            full.ExperimentText(),
            Is.EqualTo("""{"experiment_id":"exp_1","state":"terminated","created_at":"1970-01-01T00:00:00Z","base_commit_sha":"abc","name":"„a\" \\ \u000a漢","imported_from":{"source_experiment_id":"exp_0"},"dispatch_mode": {"integration" : "manual"}}"""));
    }

    [TestCase("""{"a":1},"state":"terminated" """)]
    [TestCase("""{"a":1}}""")]
    [TestCase("""{"a":""")]
    [TestCase("")]
    [TestCase("auto")]
    public async Task A_dispatch_mode_that_is_not_one_json_value_cannot_smuggle_fields_into_the_record(string stored)
    {
        await using var database = await CreateAsync();
        await using var update = database.DataSource.CreateCommand("UPDATE experiment SET dispatch_mode = $1");
        update.Parameters.AddWithValue(stored);
        await update.ExecuteNonQueryAsync();

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => new PostgresCheckpointStore(database.DataSource).OpenSnapshotAsync());

        Assert.That(failure!.Violations.Single(), Is.EqualTo(
            new CheckpointViolation(CheckpointRule.Json, "experiment.json", null, "exp_1", "dispatch_mode", "The column does not hold one JSON value.")));
    }

    [Test]
    public async Task The_instant_is_the_clocks_in_whole_microseconds_utc()
    {
        await using var database = await CreateAsync();
        var time = new FixedTime(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.FromHours(2)).AddTicks(1_234_567));

        await using var snapshot = await new PostgresCheckpointStore(database.DataSource, timeProvider: time).OpenSnapshotAsync();

        Assert.That(snapshot.TakenAt.ToString("O"), Is.EqualTo("2026-05-01T10:00:00.1234560+00:00"));
    }

    [Test]
    public async Task A_role_that_may_not_see_credentials_is_enough()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        var experiment = SyntheticExperiment.WithoutRepository(24);
        await experiment.LoadAsync(database.DataSource);
        var role = $"reader_{database.Name}";
        await database.ExecuteAsync(
            $"""
            CREATE ROLE {role} LOGIN PASSWORD 'of a reader';
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};
            REVOKE SELECT ON worker FROM {role};
            GRANT SELECT (worker_id, data) ON worker TO {role}
            """);
        try
        {
            await using var reading = NpgsqlDataSource.Create(database.With(parts => (parts.Username, parts.Password) = (role, "of a reader")));
            await using (var snapshot = await new PostgresCheckpointStore(reading).OpenSnapshotAsync())
            {
                using (Assert.EnterMultipleScope())
                {
                    foreach (var kind in Enum.GetValues<RegistryKind>())
                    {
                        Assert.That(await snapshot.ListAsync(kind), Is.EqualTo(experiment[kind]), kind.ToString());
                    }
                }
            }

            Assert.That(
                async () => await reading.CreateCommand("SELECT credential_hash FROM worker").ExecuteScalarAsync(),
                Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        }
        finally
        {
            await database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Test]
    public async Task A_schema_on_the_search_path_serves_as_well()
    {
        await using var database = await CreateAsync();
        await database.ExecuteAsync("CREATE SCHEMA lab");
        await using var inLab = NpgsqlDataSource.Create(database.With(parts => parts.SearchPath = "lab"));
        var experiment = SyntheticExperiment.WithoutRepository(12);
        await experiment.LoadAsync(inLab);

        await using var snapshot = await new PostgresCheckpointStore(inLab).OpenSnapshotAsync();

        Assert.That(await snapshot.ListAsync(RegistryKind.Variants), Is.EqualTo(experiment[RegistryKind.Variants]));
    }

    [Test]
    public async Task A_database_without_schema_or_experiment_or_with_another_one_is_not_found()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        var store = new PostgresCheckpointStore(database.DataSource);
        Assert.That(() => store.OpenSnapshotAsync(), Throws.InstanceOf<ExperimentNotFoundException>().With.Message.Contains("schema_version"));

        await PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource);
        Assert.That(() => store.OpenSnapshotAsync(), Throws.InstanceOf<ExperimentNotFoundException>().With.Message.Contains("empty"));

        await database.ExecuteAsync(Experiment);
        const string another = "exp_01hqs3m4n5p6q7r8s9t0v1w2x4";
        var particular = new PostgresCheckpointStore(database.DataSource, new PostgresCheckpointStoreOptions { ExperimentId = another });
        Assert.That(() => particular.OpenSnapshotAsync(), Throws.InstanceOf<ExperimentNotFoundException>().With.Message.Contains(another));

        await database.ExecuteAsync("INSERT INTO experiment (experiment_id) VALUES ('exp_2')");
        Assert.That(() => store.OpenSnapshotAsync(), Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains("more than one row"));
        Assert.That(await OpenTransactionsAsync(database), Is.Zero);
    }

    [TestCase("INSERT INTO schema_version VALUES (10)", "version 10")]
    [TestCase("DELETE FROM schema_version WHERE version = 9", "version 8")]
    [TestCase("DELETE FROM schema_version", "no rows")]
    public async Task Another_schema_version_is_refused_by_name(string change, string named)
    {
        await using var database = await CreateAsync();
        await database.ExecuteAsync(change);

        Assert.That(
            () => new PostgresCheckpointStore(database.DataSource).OpenSnapshotAsync(),
            Throws.InstanceOf<PostgresSchemaVersionException>().With.Message.Contains(named));
        Assert.That(await OpenTransactionsAsync(database), Is.Zero);
    }

    [Test]
    public async Task An_ambient_transaction_of_the_caller_is_left_alone()
    {
        await using var database = await CreateAsync();
        var store = new PostgresCheckpointStore(database.DataSource);
        using var ambient = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        await using (var snapshot = await store.OpenSnapshotAsync())
        {
            Assert.That(await snapshot.ListAsync(RegistryKind.Tasks), Is.Empty);
        }

        Assert.That(Transaction.Current!.TransactionInformation.Status, Is.EqualTo(TransactionStatus.Active));
    }

    [Test]
    public async Task The_log_names_ids_and_counts_and_no_rows_or_connection_strings()
    {
        await using var database = await CreateAsync();
        await database.ExecuteAsync("INSERT INTO idea VALUES ('i1', 'ready', '{\"slug\":\"of the row\"}')");
        var logger = new Mock<ILogger<PostgresCheckpointStore>>();
        logger.Setup(log => log.IsEnabled(It.IsAny<LogLevel>())).Returns(true);
        await using (var snapshot = await new PostgresCheckpointStore(database.DataSource, logger: logger.Object).OpenSnapshotAsync())
        {
            await snapshot.ListAsync(RegistryKind.Ideas);
        }

        var messages = logger.Invocations.Where(call => call.Method.Name == "Log").Select(call => call.Arguments[2]?.ToString() ?? "").ToList();
        var password = new NpgsqlConnectionStringBuilder(database.ConnectionString).Password!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(messages, Has.Count.EqualTo(3));
            Assert.That(messages[1], Is.EqualTo("Read 1 rows of ideas.jsonl from the snapshot of exp_1, 21 bytes"));
            Assert.That(messages, Has.None.Contains(password).And.None.Contains("Host=").And.None.Contains("of the row"));
        }
    }

    [Test]
    public void Options_that_make_no_sense_cannot_be_made()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new PostgresCheckpointStoreOptions { ExperimentId = " " }, Throws.ArgumentException);
            Assert.That(() => new PostgresCheckpointStoreOptions { ExperimentId = "exp_2" }, Throws.ArgumentException);
            Assert.That(() => new PostgresCheckpointStoreOptions { MaxConnections = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new PostgresCheckpointStoreOptions { MaxConnections = 8 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new PostgresCheckpointStoreOptions { Limits = null! }, Throws.ArgumentNullException);
            Assert.That(() => new PostgresCheckpointStore(null!), Throws.ArgumentNullException);
        }
    }

    internal static async Task<TempDatabase> CreateAsync(string experiment = Experiment)
    {
        var database = await TempPostgres.CreateDatabaseAsync();
        await PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource);
        await database.ExecuteAsync(experiment);
        return database;
    }

    /// <summary>Counts the backends of other connections that are inside a transaction or a statement.</summary>
    internal static async Task<long> OpenTransactionsAsync(TempDatabase database)
        => await database.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'");
}
