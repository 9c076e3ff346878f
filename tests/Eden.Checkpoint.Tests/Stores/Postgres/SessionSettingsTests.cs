using Eden.Checkpoint.Tests.Import;
using Eden.Checkpoint.Tests.Kit;
using Npgsql;

namespace Eden.Checkpoint.Tests.Stores.Postgres;

/// <summary>What a role's defaults say does not decide what our sessions read and write, nor how long they may take.</summary>
[TestFixture]
public class SessionSettingsTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    // What each session has inside its transaction, whatever it began with. A server without a setting leaves it out.
    private static readonly Dictionary<string, string> s_pinned = new()
    {
        ["client_encoding"] = "UTF8",
        ["row_security"] = "off",
        ["statement_timeout"] = "0",
        ["lock_timeout"] = "0",
        ["idle_in_transaction_session_timeout"] = "0",
        ["transaction_timeout"] = "0",
    };

    private static readonly Dictionary<string, string> s_hostile = new()
    {
        ["row_security"] = "on",
        ["statement_timeout"] = "'1h'",
        ["lock_timeout"] = "'1h'",
        ["idle_in_transaction_session_timeout"] = "'1h'",
        ["transaction_timeout"] = "'1h'",
    };

    private static readonly string[] s_odd =
    [
        "default_transaction_isolation = 'serializable'", "default_transaction_deferrable = on", "DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'",
        "TimeZone = 'Asia/Kathmandu'", "bytea_output = 'escape'", "standard_conforming_strings = off", "extra_float_digits = -15", "quote_all_identifiers = on",
        "enable_seqscan = off", "xmloption = 'document'", "synchronous_commit = off",
    ];

    [TestCase(1)]
    [TestCase(3)]
    public async Task Every_session_of_a_snapshot_pins_what_it_depends_on(int connections)
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await ShowSettingsInAsync(database, "idea", "idea_id", "data");
        await database.ExecuteAsync("INSERT INTO task SELECT 'task-' || n, 'ideation', 'pending', '{}' FROM generate_series(1, 100000) AS n");
        await using var role = await HostileRoleAsync(database);
        await using var source = role.DataSource(parts => parts.ClientEncoding = "LATIN1");
        await using var snapshot = await new PostgresCheckpointStore(source, new PostgresCheckpointStoreOptions { MaxConnections = connections }).OpenSnapshotAsync();

        // While the first session is busy, the other registry is read by a further one.
        await using var busy = snapshot.ReadRowsAsync(RegistryKind.Tasks).GetAsyncEnumerator();
        if (connections > 1)
        {
            Assert.That(await busy.MoveNextAsync(), Is.True);
        }

        Assert.That(await snapshot.ListAsync(RegistryKind.Ideas), Is.EqualTo(await PinnedAsync(database)));
    }

    [Test]
    public async Task A_look_up_of_a_credential_pins_what_it_depends_on()
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await ShowSettingsInAsync(database, "worker", "worker_id", "credential_hash");
        await using var role = await HostileRoleAsync(database);
        await using var source = role.DataSource(parts => parts.ClientEncoding = "LATIN1");
        var hashes = new PostgresWorkerCredentialHashes(source);

        foreach (var pinned in await PinnedAsync(database))
        {
            Assert.That(await hashes.FindAsync(pinned.Split('=')[0]), Is.EqualTo(pinned));
        }
    }

    [Test]
    public async Task Making_the_schema_and_an_import_pin_what_they_depend_on()
    {
        await using var scene = await ImportScene.CreateAsync(12);
        var database = await scene.EmptyDatabaseAsync();

        // One trigger sees the tables being made, the other the moment of the import's commit.
        await database.ExecuteAsync(
            """
            CREATE SCHEMA seen;
            GRANT USAGE ON SCHEMA seen TO PUBLIC;
            CREATE TABLE seen.setting (stage text, name text, setting text, PRIMARY KEY (stage, name));
            GRANT ALL ON seen.setting TO PUBLIC;
            CREATE FUNCTION seen.note(stage text) RETURNS void LANGUAGE sql AS $$
                INSERT INTO seen.setting SELECT stage, name, name || '=' || setting FROM pg_settings ON CONFLICT DO NOTHING
            $$;
            CREATE FUNCTION seen.note_table() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM seen.note('schema'); END $$;
            CREATE FUNCTION seen.note_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM seen.note('import'); RETURN NULL; END $$;
            CREATE EVENT TRIGGER note_tables ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION seen.note_table()
            """);
        await using var role = await HostileRoleAsync(database, s_odd);
        await using var source = role.DataSource(parts => parts.ClientEncoding = "LATIN1");
        Assert.That(await PostgresCheckpointSchema.EnsureCreatedAsync(source), Is.True);
        await database.ExecuteAsync(
            """
            DROP EVENT TRIGGER note_tables;
            CREATE CONSTRAINT TRIGGER note_commit AFTER INSERT ON experiment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION seen.note_commit()
            """);

        var importer = scene.Importer(new PostgresCheckpointStore(source, new PostgresCheckpointStoreOptions { ExperimentId = Receiver }));
        await importer.ImportAsync(scene.Open(), scene.Options());

        var pinned = await PinnedAsync(database);
        foreach (var stage in (string[])["schema", "import"])
        {
            Assert.That(await SeenAsync(database, stage, s_pinned.Keys), Is.EqualTo(pinned), stage);
        }

        // What is said to be committed is on the server's disk.
        Assert.That(await SeenAsync(database, "import", ["synchronous_commit", "transaction_isolation"]), Is.EqualTo(new[] { "synchronous_commit=on", "transaction_isolation=serializable" }));
        await using var snapshot = await new PostgresCheckpointStore(source).OpenSnapshotAsync();
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            Assert.That(await snapshot.ListAsync(kind), Is.EqualTo(scene.Experiment[kind].Select(row => scene.Expected(kind, row, Receiver))), $"{kind}");
        }
    }

    [TestCase("remote_write")]
    [TestCase("local")]
    public async Task A_commit_that_waits_for_a_disk_already_is_left_as_it_is(string value)
    {
        await using var scene = await ImportScene.CreateAsync(1);
        var database = await scene.ReceiverAsync(Receiver);
        await database.ExecuteAsync(
            """
            CREATE TABLE seen (setting text);
            CREATE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER note_commit AFTER UPDATE ON experiment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_commit()
            """);
        await using var source = NpgsqlDataSource.Create(database.With(parts => parts.Options = $"-c synchronous_commit={value}"));

        await scene.Importer(new PostgresCheckpointStore(source)).ImportAsync(scene.Open(), scene.Options());

        Assert.That(await database.ScalarAsync<string>("SELECT setting FROM seen"), Is.EqualTo(value));
    }

    [Test]
    public async Task A_snapshot_waits_longer_for_a_lock_than_the_role_may()
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await using var role = await TempRole.CreateAsync(database, "lock_timeout = '1ms'");
        await using var source = role.DataSource();
        await using var snapshot = await new PostgresCheckpointStore(source).OpenSnapshotAsync();
        Task<List<string>> reading;
        await using (var other = await database.DataSource.OpenConnectionAsync())
        {
            await using var maintenance = await other.BeginTransactionAsync();
            await using var command = new NpgsqlCommand("LOCK TABLE idea IN ACCESS EXCLUSIVE MODE", other);
            await command.ExecuteNonQueryAsync();
            reading = snapshot.ListAsync(RegistryKind.Ideas);

            // Looked at several times: the limit would have ended the reading in between.
            for (var looks = 0; looks < 20; looks += await database.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE usename = '{role.Name}' AND wait_event_type = 'Lock'") == 1 ? 1 : 0)
            {
                Assert.That(reading.IsFaulted, Is.False, reading.Exception?.ToString());
            }
        }

        Assert.That(await reading, Is.Empty);
    }

    [Test]
    public async Task The_drivers_time_limit_for_a_statement_ends_neither_an_import_nor_a_snapshot()
    {
        // The server takes longer than the connection string allows: to check the rows of an import, to commit them, and to find the first row of a snapshot.
        await using var scene = await ImportScene.CreateAsync(1);
        var database = await scene.ReceiverAsync(Receiver);
        await database.ExecuteAsync(
            """
            CREATE FUNCTION think() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.3); RETURN NULL; END $$;
            CREATE TRIGGER think AFTER INSERT ON task FOR EACH STATEMENT EXECUTE FUNCTION think();
            CREATE TRIGGER think AFTER INSERT ON group_membership FOR EACH STATEMENT EXECUTE FUNCTION think();
            CREATE CONSTRAINT TRIGGER think_last AFTER UPDATE ON experiment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION think()
            """);
        await using var source = NpgsqlDataSource.Create(database.With(parts => parts.CommandTimeout = 1));

        await scene.Importer(new PostgresCheckpointStore(source)).ImportAsync(scene.Open(), scene.Options());

        await database.ExecuteAsync("ALTER TABLE idea RENAME TO idea_rows; CREATE VIEW idea AS SELECT r.* FROM pg_sleep(1.3), idea_rows r");
        await using var snapshot = await new PostgresCheckpointStore(source).OpenSnapshotAsync();
        Assert.That(await snapshot.ListAsync(RegistryKind.Ideas), Has.Count.EqualTo(scene.Experiment[RegistryKind.Ideas].Count));
    }

    [Test]
    public async Task A_read_only_default_keeps_an_import_out_and_a_snapshot_not()
    {
        await using var scene = await ImportScene.CreateAsync(1);
        var database = await scene.ReceiverAsync(Receiver);
        await using var role = await TempRole.CreateAsync(database, "default_transaction_read_only = on");
        await using var source = role.DataSource();
        var store = new PostgresCheckpointStore(source);

        Assert.That(
            () => scene.Importer(store).ImportAsync(scene.Open(), scene.Options()),
            Throws.InstanceOf<PostgresSettingException>().With.Property("Setting").EqualTo("default_transaction_read_only"));

        await using var snapshot = await store.OpenSnapshotAsync();
        Assert.That(snapshot.ExperimentId, Is.EqualTo(Receiver));
    }

    [Test]
    public async Task Callers_whose_default_is_serializable_make_the_schema_once()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.With(parts => parts.Options = "-c default_transaction_isolation=serializable"));

        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostgresCheckpointSchema.EnsureCreatedAsync(source)));

        Assert.That(made.Count(first => first), Is.EqualTo(1));
    }

    [Test]
    public async Task Further_sessions_of_a_snapshot_read_the_schema_of_the_first()
    {
        await using var database = await PostgresCheckpointStoreTests.CreateAsync();
        await database.ExecuteAsync(
            """
            INSERT INTO task SELECT 'task-' || n, 'ideation', 'pending', '{}' FROM generate_series(1, 100000) AS n;
            INSERT INTO idea VALUES ('i', 'ready', 'right');
            CREATE SCHEMA other;
            CREATE TABLE other.idea (LIKE public.idea);
            INSERT INTO other.idea VALUES ('i', 'ready', 'wrong')
            """);
        await using var role = await TempRole.CreateAsync(database);
        await database.ExecuteAsync($"GRANT ALL ON SCHEMA other TO {role.Name}; GRANT ALL ON other.idea TO {role.Name}");
        await using var source = role.DataSource();
        await using var snapshot = await new PostgresCheckpointStore(source, new PostgresCheckpointStoreOptions { MaxConnections = 2 }).OpenSnapshotAsync();
        await role.SetAsync("search_path = other, public");
        await using var busy = snapshot.ReadRowsAsync(RegistryKind.Tasks).GetAsyncEnumerator();
        await busy.MoveNextAsync();

        Assert.That(await snapshot.ListAsync(RegistryKind.Ideas), Is.EqualTo(new[] { "right" }));
    }

    private static async Task<TempRole> HostileRoleAsync(TempDatabase database, params string[] more)
    {
        var known = (await database.ScalarAsync<string[]>("SELECT array_agg(name) FROM pg_settings"))!;
        return await TempRole.CreateAsync(database, [.. s_hostile.Where(setting => known.Contains(setting.Key)).Select(setting => $"{setting.Key} = {setting.Value}"), .. more]);
    }

    /// <summary>Puts a view in a table's place, whose rows are the settings of whoever reads them.</summary>
    private static Task ShowSettingsInAsync(TempDatabase database, string table, string key, string column)
        => database.ExecuteAsync(
            $"""
            ALTER TABLE {table} RENAME TO {table}_rows;
            CREATE VIEW {table} AS SELECT name AS {key}, name || '=' || setting AS {column} FROM pg_settings WHERE name = ANY (ARRAY['{string.Join("','", s_pinned.Keys)}'])
            """);

    private static async Task<string[]> SeenAsync(TempDatabase database, string stage, IEnumerable<string> names)
        => (await database.ScalarAsync<string[]>(
            $"SELECT array_agg(setting ORDER BY name COLLATE \"C\") FROM seen.setting WHERE stage = '{stage}' AND name = ANY (ARRAY['{string.Join("','", names)}'])"))!;

    private static async Task<string[]> PinnedAsync(TempDatabase database)
    {
        var known = (await database.ScalarAsync<string[]>("SELECT array_agg(name) FROM pg_settings"))!;
        return [.. s_pinned.Where(setting => known.Contains(setting.Key)).Select(setting => $"{setting.Key}={setting.Value}").Order(StringComparer.Ordinal)];
    }
}
