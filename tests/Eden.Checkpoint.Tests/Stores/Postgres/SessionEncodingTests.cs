using System.Text;
using Eden.Checkpoint.Stores.Postgres;
using Eden.Checkpoint.Tests.Import;
using Eden.Checkpoint.Tests.Kit;
using Moq;
using Npgsql;

namespace Eden.Checkpoint.Tests.Stores.Postgres;

/// <summary>Text comes out and goes in byte for byte, whatever encoding a session begins with and the database has.</summary>
[TestFixture]
public class SessionEncodingTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    // GB18030 has a place for every character, so that nothing fails; LATIN1 has few.
    private static readonly string[] s_encodings = ["GB18030", "LATIN1"];
    private static readonly string[] s_places = ["role", "database", "connection string", "options"];

    [Test]
    public async Task A_snapshot_is_utf8_whatever_encoding_its_session_begins_with(
        [ValueSource(nameof(s_places))] string place, [ValueSource(nameof(s_encodings))] string encoding)
    {
        const int connections = 3;
        await using var database = await TempPostgres.CreateDatabaseAsync();
        var experiment = SyntheticExperiment.WithoutRepository(24);
        await experiment.LoadAsync(database.DataSource);
        await using var role = await TempRole.CreateAsync(database);
        await using var hostile = await BeginWithAsync(database, role, place, encoding);

        await using var snapshot = await new PostgresCheckpointStore(hostile, new PostgresCheckpointStoreOptions { MaxConnections = connections }).OpenSnapshotAsync();

        Assert.That(snapshot.ExperimentText(), Is.EqualTo(experiment.ExperimentJson));
        var kinds = Enum.GetValues<RegistryKind>();
        foreach (var together in kinds.Chunk(connections))
        {
            var rows = await Task.WhenAll(together.Select(kind => snapshot.ListAsync(kind)));
            for (var i = 0; i < together.Length; i++)
            {
                Assert.That(rows[i], Is.EqualTo(experiment[together[i]]), $"{together[i]}");
            }
        }
    }

    [Test]
    public async Task An_import_writes_utf8_whatever_encoding_its_session_begins_with(
        [ValueSource(nameof(s_places))] string place, [ValueSource(nameof(s_encodings))] string encoding)
    {
        await using var scene = await ImportScene.CreateAsync(12);
        var database = await scene.EmptyDatabaseAsync();
        await using var role = await TempRole.CreateAsync(database);
        await using var hostile = await BeginWithAsync(database, role, place, encoding);

        var importer = scene.Importer(new PostgresCheckpointStore(hostile, new PostgresCheckpointStoreOptions { ExperimentId = Receiver }));
        await importer.ImportAsync(scene.Open(), scene.Options());

        await using var pinned = NpgsqlDataSource.Create(database.With(parts => parts.ClientEncoding = "UTF8"));
        await using var snapshot = await new PostgresCheckpointStore(pinned).OpenSnapshotAsync();
        Assert.That(snapshot.ExperimentText(), Does.Contain("\"name\":\"Synthétique 漢字\""));
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            Assert.That(
                await snapshot.ListAsync(kind), Is.EqualTo(scene.Experiment[kind].Select(row => scene.Expected(kind, row, Receiver))), $"{kind}");
        }
    }

    [Test]
    public async Task A_connection_goes_back_to_its_pool_as_it_was()
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();

        // Without a reset, whatever our session leaves set is what the host's next statement meets.
        await using var shared = NpgsqlDataSource.Create(database.With(parts => (parts.MaxPoolSize, parts.NoResetOnClose, parts.ClientEncoding) = (1, true, "LATIN1")));
        const string settings = "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE source IN ('session', 'client') OR name ~ '_timeout$|^row_security$'";
        var before = await shared.CreateCommand(settings).ExecuteScalarAsync();

        await using (var snapshot = await new PostgresCheckpointStore(shared).OpenSnapshotAsync())
        {
            Assert.That(await snapshot.ListAsync(RegistryKind.Tasks), Is.Empty);
        }

        await new PostgresWorkerCredentialHashes(shared).FindAsync("wkr_1");
        await PostgresCheckpointSchema.EnsureCreatedAsync(shared);

        Assert.That(await shared.CreateCommand(settings).ExecuteScalarAsync(), Is.EqualTo(before).And.Contains("client_encoding=LATIN1"));
    }

    [TestCase("iso-8859-1")]
    [TestCase("us-ascii")]
    [TestCase("nonsense")]
    public async Task An_encoding_of_the_drivers_own_side_is_refused_by_name(string encoding)
    {
        // Nothing is listening there: it is refused before anything is contacted.
        await using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port=1;Username=u;Password=hunter2;Database=d;Encoding={encoding}");
        foreach (var call in (Func<Task>[])
        [
            () => new PostgresCheckpointStore(source).OpenSnapshotAsync(),
            () => PostgresCheckpointSchema.EnsureCreatedAsync(source),
            () => new PostgresWorkerCredentialHashes(source).FindAsync("wkr_1"),
        ])
        {
            var refusal = await Assert.ThrowsAsync<PostgresSettingException>(() => call());
            Assert.That((refusal!.Setting, refusal.Value), Is.EqualTo(("Encoding", encoding)));
            Assert.That(refusal.Message, Does.Contain($"Encoding={encoding}").And.Not.Contain("hunter2"));
        }
    }

    [TestCase("UTF-8")]
    [TestCase("utf-8")]
    public async Task Another_name_of_utf8_is_taken(string encoding)
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.With(parts => parts.Encoding = encoding));

        await using var snapshot = await new PostgresCheckpointStore(source).OpenSnapshotAsync();

        Assert.That(snapshot.ExperimentId, Is.EqualTo("exp_1"));
    }

    [TestCase("LATIN1", "é", "ü")]
    [TestCase("LATIN9", "é", "€")]
    [TestCase("WIN1252", "é", "€")]
    [TestCase("EUC_JP", "é", "漢", "ｱ", "Ω")]
    [TestCase("SQL_ASCII", "é", "漢", "🚀", "Ω")]
    public async Task A_database_in_another_encoding_is_read_as_utf8_in_the_order_of_utf8(string encoding, params string[] texts)
    {
        await using var database = await InEncodingAsync(encoding);
        string[] keys = ["a", .. texts, "B"];
        foreach (var key in keys)
        {
            await using var insert = database.DataSource.CreateCommand("INSERT INTO idea VALUES ($1, 'ready', $2)");
            insert.Parameters.AddWithValue(key);
            insert.Parameters.AddWithValue($"{{\"idea_id\":\"{key}\"}}");
            await insert.ExecuteNonQueryAsync();
        }

        await using var snapshot = await new PostgresCheckpointStore(database.DataSource).OpenSnapshotAsync();

        Assert.That(
            await snapshot.ListAsync(RegistryKind.Ideas),
            Is.EqualTo(keys.OrderBy(key => Convert.ToHexString(Encoding.UTF8.GetBytes(key)), StringComparer.Ordinal).Select(key => $"{{\"idea_id\":\"{key}\"}}")));
    }

    [Test]
    public async Task A_text_that_is_not_utf8_in_a_database_that_converts_nothing_is_named_by_the_row_check()
    {
        await using var database = await InEncodingAsync("SQL_ASCII");
        await database.ExecuteAsync(
            """INSERT INTO idea VALUES ('a', 'ready', '{"idea_id":"a"}'), ('b', 'ready', convert_from('\x7b22696465615f6964223a2262222c2274223a22e9227d', 'SQL_ASCII'))""");

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(
            () => new CheckpointExporter(new PostgresCheckpointStore(database.DataSource), Mock.Of<IRepoBundleProvider>()).ExportAsync(Stream.Null));

        Assert.That(
            failure!.Violations.Where(violation => violation.Rule == CheckpointRule.Json).Select(violation => (violation.Member, violation.Line)),
            Is.EqualTo(new[] { ("ideas.jsonl", (long?)2) }));
    }

    [Test]
    public async Task A_text_that_has_no_utf8_is_refused_with_its_registry_and_the_servers_code()
    {
        // A user-defined character of the encoding, which no table of conversions knows.
        await using var database = await InEncodingAsync("EUC_TW");
        await database.ExecuteAsync("""INSERT INTO idea VALUES ('a', 'ready', '{}'), ('b', 'ready', convert_from('\x8ea7fefe', 'EUC_TW'))""");

        await using var snapshot = await new PostgresCheckpointStore(database.DataSource).OpenSnapshotAsync();
        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => snapshot.ListAsync(RegistryKind.Ideas));

        Assert.That(failure!.Violations.Single().Member, Is.EqualTo("ideas.jsonl"));
        Assert.That(failure.Violations.Single().Message, Does.Contain("22P05"));
    }

    [TestCase("LATIN1")]
    [TestCase("EUC_JP")]
    [TestCase("SQL_ASCII")]
    public async Task An_import_into_another_encoding_is_refused_by_name_before_anything_is_made(string encoding)
    {
        await using var scene = await ImportScene.CreateAsync(1);
        await using var database = await TempPostgres.CreateDatabaseAsync(encoding);

        var failure = await Assert.ThrowsAsync<PostgresSettingException>(() => scene.Importer(database).ImportAsync(scene.Open(), scene.Options()));

        Assert.That((failure!.Setting, failure.Value), Is.EqualTo(("server_encoding", encoding)));
        Assert.That(failure.Message, Does.Contain(encoding).And.Contain("ENCODING 'UTF8'"));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"), Is.Zero);
        scene.AssertNothingTemporary();
    }

    [Test]
    public async Task An_encoding_that_the_server_cannot_convert_is_refused_by_the_server_by_name()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync("MULE_INTERNAL");

        Assert.That(
            () => new PostgresCheckpointStore(database.DataSource).OpenSnapshotAsync(),
            Throws.InstanceOf<PostgresException>().With.Message.Contains("MULE_INTERNAL"));
    }

    /// <summary>Makes a store with the tables of a deployment, which may have any encoding.</summary>
    private static async Task<TempDatabase> InEncodingAsync(string encoding)
    {
        var database = await TempPostgres.CreateDatabaseAsync(encoding);
        await database.ExecuteAsync(SchemaText.Create);
        await database.ExecuteAsync("INSERT INTO experiment (experiment_id, created_at) VALUES ('exp_01hqs3m4n5p6q7r8s9t0v1w2x3', '2026-05-01T00:00:00Z')");
        return database;
    }

    private static async Task<NpgsqlDataSource> BeginWithAsync(TempDatabase database, TempRole role, string place, string encoding)
    {
        switch (place)
        {
            case "role":
                await role.SetAsync($"client_encoding = '{encoding}'");
                break;
            case "database":
                await database.ExecuteAsync($"ALTER DATABASE {database.Name} SET client_encoding = '{encoding}'");
                break;
        }

        return role.DataSource(parts =>
        {
            parts.ClientEncoding = place == "connection string" ? encoding : null;
            parts.Options = place == "options" ? $"-c client_encoding={encoding}" : null;
        });
    }
}
