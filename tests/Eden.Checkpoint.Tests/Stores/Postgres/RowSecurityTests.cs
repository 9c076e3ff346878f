using Eden.Checkpoint.Tests.Import;
using Eden.Checkpoint.Tests.Kit;
using Moq;
using Npgsql;

namespace Eden.Checkpoint.Tests.Stores.Postgres;

/// <summary>A role that PostgreSQL shows some of the rows only gets none of them, and a refusal.</summary>
[TestFixture]
public class RowSecurityTests
{
    private const string Experiment = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    private static readonly string[] s_tables = ["experiment", "task", "idea", "variant", "submission", "event", "worker", "worker_group"];

    [Test]
    public async Task An_export_is_refused_whichever_table_is_under_a_policy([ValueSource(nameof(s_tables))] string table)
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        await SyntheticExperiment.WithoutRepository(12).LoadAsync(database.DataSource);
        await using var role = await TempRole.CreateAsync(database);
        await HideSomeAsync(database, table);
        await using var source = role.DataSource();
        using var archive = new MemoryStream();

        var refusal = await Assert.ThrowsAsync<PostgresException>(
            () => new CheckpointExporter(new PostgresCheckpointStore(source), Mock.Of<IRepoBundleProvider>()).ExportAsync(archive));

        Assert.That(refusal!.SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        Assert.That(refusal.Message, Does.Contain("42501").And.Contain($"\"{table}\""));
        Assert.That(archive.Length, Is.Zero);
    }

    [Test]
    public async Task A_further_session_of_a_snapshot_is_refused_too()
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await database.ExecuteAsync("INSERT INTO task SELECT 'task-' || n, 'ideation', 'pending', '{}' FROM generate_series(1, 100000) AS n");
        await using var role = await TempRole.CreateAsync(database);
        await HideSomeAsync(database, "idea");
        await using var source = role.DataSource();
        await using var snapshot = await new PostgresCheckpointStore(source, new PostgresCheckpointStoreOptions { MaxConnections = 2 }).OpenSnapshotAsync();
        await using var busy = snapshot.ReadRowsAsync(RegistryKind.Tasks).GetAsyncEnumerator();
        await busy.MoveNextAsync();

        Assert.That(
            () => snapshot.ListAsync(RegistryKind.Ideas),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    [Test]
    public async Task An_owner_under_a_forced_policy_is_refused_and_a_role_that_bypasses_policies_reads_all()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        var experiment = SyntheticExperiment.WithoutRepository(12);
        await experiment.LoadAsync(database.DataSource);
        await using var owner = await TempRole.CreateAsync(database);
        await using var bypassing = await TempRole.CreateAsync(database);
        await HideSomeAsync(database, "idea");
        await database.ExecuteAsync($"ALTER TABLE idea OWNER TO {owner.Name}; ALTER ROLE {bypassing.Name} BYPASSRLS; GRANT SELECT ON idea TO {bypassing.Name}");
        await using var asOwner = owner.DataSource();
        await using var asBypassing = bypassing.DataSource();

        // Without FORCE, policies are not for the owner.
        Assert.That(await ReadIdeasAsync(asOwner), Is.EqualTo(experiment[RegistryKind.Ideas]));
        Assert.That(await ReadIdeasAsync(asBypassing), Is.EqualTo(experiment[RegistryKind.Ideas]));

        await database.ExecuteAsync("ALTER TABLE idea FORCE ROW LEVEL SECURITY");
        Assert.That(() => ReadIdeasAsync(asOwner), Throws.InstanceOf<PostgresException>().With.Message.Contains("42501"));
        Assert.That(await ReadIdeasAsync(asBypassing), Is.EqualTo(experiment[RegistryKind.Ideas]));
    }

    [Test]
    public async Task A_target_whose_rows_are_hidden_does_not_count_as_empty()
    {
        await using var scene = await ImportScene.CreateAsync(1);
        var database = await scene.ReceiverAsync(Experiment);
        await database.ExecuteAsync("INSERT INTO idea VALUES ('hidden', 'ready', '{}')");
        await using var role = await TempRole.CreateAsync(database);
        await HideSomeAsync(database, "idea");
        await using var source = role.DataSource();

        Assert.That(
            () => scene.Importer(new PostgresCheckpointStore(source)).ImportAsync(scene.Open(), scene.Options()),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM variant"), Is.Zero);
    }

    [Test]
    public async Task A_hidden_worker_is_a_failure_and_not_an_unknown_worker()
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await database.ExecuteAsync("INSERT INTO worker VALUES ('wkr_1', '{}', 'hash')");
        await using var role = await TempRole.CreateAsync(database);
        await HideSomeAsync(database, "worker");
        await using var source = role.DataSource();

        Assert.That(
            () => new PostgresWorkerCredentialHashes(source).FindAsync("wkr_1"),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    /// <summary>Puts a table under a policy that hides its first row.</summary>
    internal static Task HideSomeAsync(TempDatabase database, string table)
        => database.ExecuteAsync($"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY hiding ON {table} USING (ctid <> '(0,1)')");

    private static async Task<List<string>> ReadIdeasAsync(NpgsqlDataSource source)
    {
        await using var snapshot = await new PostgresCheckpointStore(source).OpenSnapshotAsync();
        return await snapshot.ListAsync(RegistryKind.Ideas);
    }
}
