using Eden.Checkpoint.Tests.Import;
using Eden.Checkpoint.Tests.Kit;
using Npgsql;

namespace Eden.Checkpoint.Tests.Stores.Postgres;

/// <summary>Connections in the pool whose sessions have ended at the server, as after its restart.</summary>
[TestFixture]
public class StaleConnectionTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    [TestCase(1)]
    [TestCase(3)]
    public async Task A_snapshot_is_opened_on_a_new_connection(int connections)
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString);
        var log = new CapturedLog();
        var store = new PostgresCheckpointStore(pool, new PostgresCheckpointStoreOptions { MaxConnections = connections }, logger: log.For<PostgresCheckpointStore>());
        await FillAndEndAsync(database, pool);

        await using var snapshot = await store.OpenSnapshotAsync();

        Assert.That(snapshot.ExperimentId, Is.EqualTo("exp_1"));
        Assert.That(await snapshot.ListAsync(RegistryKind.Ideas), Is.Empty);
        Assert.That(log.Text.Split('\n').Count(line => line.StartsWith("Information 2004 ", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_credential_is_looked_up_and_the_schema_found_on_a_new_connection()
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await database.ExecuteAsync("INSERT INTO worker VALUES ('wkr_1', '{}', 'hash')");
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString);

        await FillAndEndAsync(database, pool);
        Assert.That(await new PostgresWorkerCredentialHashes(pool).FindAsync("wkr_1"), Is.EqualTo("hash"));

        await FillAndEndAsync(database, pool);
        Assert.That(await PostgresCheckpointSchema.EnsureCreatedAsync(pool), Is.False);
    }

    [Test]
    public async Task An_import_begins_on_a_new_connection()
    {
        await using var scene = await ImportScene.CreateAsync(1);
        var database = await scene.ReceiverAsync(Receiver);
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString);
        await FillAndEndAsync(database, pool);

        await scene.Importer(new PostgresCheckpointStore(pool)).ImportAsync(scene.Open(), scene.Options());

        await using var count = pool.CreateCommand("SELECT count(*) FROM variant");
        Assert.That(await count.ExecuteScalarAsync(), Is.EqualTo(1L));
    }

    [Test]
    public async Task A_connection_that_ends_while_rows_are_read_is_not_replaced()
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString);
        await using var snapshot = await new PostgresCheckpointStore(pool).OpenSnapshotAsync();
        await EndSessionsAsync(database);

        // Another session would read another instant.
        Assert.That(() => snapshot.ListAsync(RegistryKind.Ideas), Throws.InstanceOf<NpgsqlException>());
    }

    [Test]
    public async Task A_server_that_ends_each_new_session_is_tried_twice_and_no_more()
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();

        // Whoever reads the schema's version ends its own session by it.
        await database.ExecuteAsync(
            """
            ALTER TABLE schema_version RENAME TO schema_version_rows;
            CREATE VIEW schema_version AS SELECT 9 AS version WHERE pg_terminate_backend(pg_backend_pid())
            """);
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString);
        var log = new CapturedLog();

        Assert.That(
            () => new PostgresCheckpointStore(pool, logger: log.For<PostgresCheckpointStore>()).OpenSnapshotAsync(),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.AdminShutdown));
        Assert.That(log.Text.Split('\n').Count(line => line.StartsWith("Information 2004 ", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_refusal_on_a_connection_that_lives_is_not_tried_again()
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await using var role = await TempRole.CreateAsync(database);
        await database.ExecuteAsync($"REVOKE ALL ON experiment FROM {role.Name}");
        await using var pool = role.DataSource();
        var log = new CapturedLog();

        Assert.That(
            () => new PostgresCheckpointStore(pool, logger: log.For<PostgresCheckpointStore>()).OpenSnapshotAsync(),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        Assert.That(log.Text, Does.Not.Contain("2004"));
    }

    /// <summary>Fills the pool with several idle connections and ends their sessions at the server.</summary>
    private static async Task FillAndEndAsync(TempDatabase database, NpgsqlDataSource pool)
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => pool.OpenConnectionAsync().AsTask()));
        foreach (var connection in opened)
        {
            await connection.DisposeAsync();
        }

        await EndSessionsAsync(database);
    }

    private static async Task EndSessionsAsync(TempDatabase database)
    {
        await using var other = NpgsqlDataSource.Create(database.With(parts => (parts.Database, parts.Pooling) = ("postgres", false)));
        await using var command = other.CreateCommand($"SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE datname = '{database.Name}'");
        await command.ExecuteScalarAsync();
    }
}
