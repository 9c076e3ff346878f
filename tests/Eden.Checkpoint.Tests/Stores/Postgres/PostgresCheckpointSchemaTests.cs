using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Stores.Postgres;

[TestFixture]
public class PostgresCheckpointSchemaTests
{
    [Test]
    public async Task An_empty_database_gets_version_nine_and_a_second_call_changes_nothing()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();

        var first = await PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource);
        await database.ExecuteAsync("INSERT INTO experiment (experiment_id) VALUES ('kept')");
        var second = await PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((first, second), Is.EqualTo((true, false)));
            Assert.That(await database.ScalarAsync<string>("SELECT string_agg(version::text, ',' ORDER BY version) FROM schema_version"), Is.EqualTo("1,2,3,4,5,6,7,8,9"));
            Assert.That(await database.ScalarAsync<string>("SELECT experiment_id FROM experiment"), Is.EqualTo("kept"));
            Assert.That(
                await database.ScalarAsync<string>("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"),
                Is.EqualTo("artifact event experiment group_membership idea schema_version submission task variant variant_unpacked worker worker_group"));
        }
    }

    [Test]
    public async Task Its_columns_and_indexes_are_those_that_deployments_have()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        await PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource);

        var columns = await database.ScalarAsync<string>(
            """
            SELECT string_agg(line, E'\n' ORDER BY line) FROM (
                SELECT table_name || ': ' || string_agg(column_name || CASE data_type WHEN 'text' THEN '' ELSE ' ' || data_type END
                    || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END || CASE is_identity WHEN 'YES' THEN ' ' || identity_generation ELSE '' END, ', ' ORDER BY ordinal_position) AS line
                FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'variant_unpacked' GROUP BY table_name) AS tables
            """);
        var indexes = await database.ScalarAsync<string>(
            """
            SELECT string_agg(replace(replace(replace(indexdef, 'CREATE ', ''), ' ON public', ''), 'USING btree ', ''), E'\n' ORDER BY tablename, indexname)
            FROM pg_indexes WHERE schemaname = 'public'
            """);
        var links = await database.ScalarAsync<string>("SELECT string_agg(conrelid::regclass || ' ' || pg_get_constraintdef(oid), E'\n' ORDER BY conname) FROM pg_constraint WHERE contype NOT IN ('p', 'u', 'n') AND connamespace = 'public'::regnamespace");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(columns, Is.EqualTo(
                """
                artifact: opaque_id, data
                event: seq bigint ALWAYS, event_id, type, occurred_at, experiment_id, data
                experiment: experiment_id, evaluation_schema null, dispatch_mode, state, created_at, imported_from null, base_commit_sha null, name null
                group_membership: group_id, member_id, position integer
                idea: idea_id, state, data
                schema_version: version integer
                submission: task_id, kind, data
                task: task_id, kind, state, data
                variant: variant_id, status, data
                worker: worker_id, data, credential_hash, name null
                worker_group: group_id, data, name null
                """.ReplaceLineEndings("\n")));
            Assert.That(indexes, Is.EqualTo(
                """
                UNIQUE INDEX artifact_pkey.artifact (opaque_id)
                UNIQUE INDEX event_event_id_key.event (event_id)
                UNIQUE INDEX event_pkey.event (seq)
                INDEX experiment_by_name.experiment (name)
                UNIQUE INDEX experiment_pkey.experiment (experiment_id)
                INDEX group_membership_by_member.group_membership (member_id)
                UNIQUE INDEX group_membership_pkey.group_membership (group_id, member_id)
                INDEX idea_by_state.idea (state)
                UNIQUE INDEX idea_pkey.idea (idea_id)
                UNIQUE INDEX schema_version_pkey.schema_version (version)
                UNIQUE INDEX submission_pkey.submission (task_id)
                INDEX task_by_kind_state.task (kind, state)
                UNIQUE INDEX task_live_evaluation_by_variant.task (((((data)::json -> 'payload'::text) ->> 'variant_id'::text))) WHERE ((kind = 'evaluation'::text) AND (state = ANY (ARRAY['pending'::text, 'claimed'::text, 'submitted'::text])))
                UNIQUE INDEX task_live_execution_by_idea.task (((((data)::json -> 'payload'::text) ->> 'idea_id'::text))) WHERE ((kind = 'execution'::text) AND (state = ANY (ARRAY['pending'::text, 'claimed'::text, 'submitted'::text])))
                UNIQUE INDEX task_pkey.task (task_id)
                INDEX variant_by_status.variant (status)
                UNIQUE INDEX variant_pkey.variant (variant_id)
                INDEX worker_by_name.worker (name)
                UNIQUE INDEX worker_pkey.worker (worker_id)
                INDEX worker_group_by_name.worker_group (name)
                UNIQUE INDEX worker_group_pkey.worker_group (group_id)
                """.ReplaceLineEndings("\n")));
            Assert.That(links, Is.EqualTo("group_membership FOREIGN KEY (group_id) REFERENCES worker_group(group_id) ON DELETE CASCADE\nsubmission FOREIGN KEY (task_id) REFERENCES task(task_id)"));
        }
    }

    [Test]
    public async Task Ten_callers_at_once_make_it_once()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();

        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource)));

        Assert.That(made.Count(first => first), Is.EqualTo(1));
    }

    [TestCase("INSERT INTO schema_version VALUES (10)", 10)]
    [TestCase("DELETE FROM schema_version WHERE version > 7", 7)]
    [TestCase("DELETE FROM schema_version", null)]
    public async Task Another_version_is_refused_by_name_and_left_alone(string change, int? found)
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        await PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource);
        await database.ExecuteAsync(change);
        var before = await database.ScalarAsync<long>("SELECT count(*) FROM schema_version");

        var failure = await Assert.ThrowsAsync<PostgresSchemaVersionException>(() => PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failure!.Found, Is.EqualTo(found));
            Assert.That(failure.Message, Does.Contain(found is null ? "no rows" : $"version {found}").And.Contain("version 9"));
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM schema_version"), Is.EqualTo(before));
        }
    }

    [Test]
    public async Task Cancelled_beforehand_it_makes_nothing()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();

        Assert.That(
            () => PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(await database.ScalarAsync<bool>("SELECT to_regclass('schema_version') IS NULL"), Is.True);
    }

    [Test]
    public async Task It_lands_in_the_first_schema_of_the_search_path()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        await database.ExecuteAsync("CREATE SCHEMA lab");
        await using var inLab = Npgsql.NpgsqlDataSource.Create(database.With(builder => builder.SearchPath = "lab"));

        await PostgresCheckpointSchema.EnsureCreatedAsync(inLab);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await database.ScalarAsync<bool>("SELECT to_regclass('lab.variant_unpacked') IS NOT NULL"), Is.True);
            Assert.That(await database.ScalarAsync<bool>("SELECT to_regclass('public.task') IS NULL"), Is.True);
        }
    }

    [Test]
    public async Task The_synthetic_experiment_fits_the_schema()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        var experiment = SyntheticExperiment.WithoutRepository(60);

        await experiment.LoadAsync(database.DataSource);

        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM variant_unpacked WHERE experiment_id IS NOT NULL"), Is.EqualTo(60));
    }
}
