using Eden.Checkpoint.Git;
using Eden.Checkpoint.Postgres;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Comparison;

/// <summary>A real server, a real repository, the real exporter.</summary>
internal sealed class RealPartsComparisonTests
{
    private readonly CheckpointComparer _comparer = new();
    private TempFolder _folder = null!;
    private TempDatabase _database = null!;

    [SetUp]
    public async Task ExportExperiment()
    {
        _folder = new TempFolder();
        _database = await TempPostgres.CreateDatabaseAsync();
        var experiment = await SyntheticExperiment.CreateAsync(_folder["repo"], variants: 24);
        await experiment.LoadAsync(_database.DataSource);
        var exporter = new CheckpointExporter(new PostgresCheckpointStore(_database.DataSource), new LocalRepoBundleProvider(_folder["repo"]));
        await exporter.ExportAsync(_folder["archive.tar"]);
    }

    [TearDown]
    public async Task RemoveExperiment()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task An_export_equals_the_store_and_the_repository_restored_from_it()
    {
        await using (var archive = File.OpenRead(_folder["archive.tar"]))
        {
            await using var reader = new CheckpointArchiveReader(archive);
            while (await reader.ReadNextAsync() is { } member)
            {
                if (member.Path == "repo.bundle")
                {
                    using var bundle = await RepoBundle.FromStreamAsync(member.Content);
                    await GitBundle.RestoreAsync(bundle, _folder["restored"]);
                }
            }
        }

        var comparison = await CompareAsync(_folder["restored"]);
        Assert.That(comparison.IsEqual, Is.True, CheckpointComparerTests.Show(comparison));
        Assert.That(comparison.Allowances.Select(use => use.Name), Is.EqualTo(new[] { "credentials" }));
        Assert.That(comparison.Allowances.Single().Count, Is.EqualTo(await _database.ScalarAsync<long>("select count(*) from worker")));
        Assert.That(comparison.Repository!.LeftRefs, Is.EqualTo(comparison.Repository.RightRefs).And.Positive);
        Assert.That(comparison.Repository.LeftObjects, Is.EqualTo(comparison.Repository.RightObjects).And.Positive);
        Assert.That(comparison.Warnings, Has.None.Contains("HEAD"));
    }

    [Test]
    public async Task A_value_changed_in_the_database_is_the_one_difference()
    {
        await _database.ExecuteAsync("""update idea set data = replace(data, '"priority":', '"priority":1') where idea_id = (select min(idea_id) from idea)""");
        await GitCli.RunAsync(_folder["repo"], "branch", "late", "main");
        var comparison = await CompareAsync(_folder["repo"]);

        Assert.That(comparison.Differences.Select(difference => (difference.Kind, difference.Field ?? difference.Record)), Is.EqualTo(new[]
        {
            (CheckpointObjectKind.Idea, "priority"), (CheckpointObjectKind.Ref, "refs/heads/late"),
        }));
    }

    private Task<CheckpointComparison> CompareAsync(string repository)
        => _comparer.CompareAsync(
            CheckpointComparisonSource.FromArchive(_folder["archive.tar"]),
            CheckpointComparisonSource.FromStore(new PostgresCheckpointStore(_database.DataSource), repository));
}
