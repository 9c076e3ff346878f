using Eden.Checkpoint.Postgres;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Postgres;

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
