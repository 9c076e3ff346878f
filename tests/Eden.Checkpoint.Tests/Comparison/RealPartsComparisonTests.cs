using Eden.Checkpoint.ConsoleHost.Stores;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.Comparison;

/// <summary>A real server, a real repository, the real exporter.</summary>
internal sealed class RealPartsComparisonTests
{
    private readonly CheckpointComparer _comparer = new();
    private TempFolder _folder = null!;
    private TempDatabase _database = null!;
    private SyntheticExperiment _experiment = null!;

    [SetUp]
    public async Task ExportExperiment()
    {
        _folder = new TempFolder();
        _database = await TempPostgres.CreateDatabaseAsync();
        _experiment = await SyntheticExperiment.CreateAsync(_folder["repo"], variants: 24);
        await _experiment.LoadAsync(_database.DataSource);
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
                    await GitBundle.RestoreAsync(bundle.FilePath!, _folder["restored"]);
                }
            }
        }

        var comparison = await CompareAsync(_folder["restored"]);
        Assert.That(comparison.IsEqual, Is.True, CheckpointComparerTests.Show(comparison));
        Assert.That(comparison.Allowances.Select(use => use.Name), Is.EqualTo(new[] { "credentials" }));
        Assert.That(comparison.Allowances.Single().Count, Is.EqualTo(await _database.ScalarAsync<long>("select count(*) from worker")));
        Assert.That(comparison.Repository!.LeftRefs, Is.EqualTo(comparison.Repository.RightRefs).And.Positive);
        Assert.That(comparison.Repository.LeftObjects, Is.EqualTo(comparison.Repository.RightObjects).And.Positive);
        Assert.That(comparison.Warnings.Messages(), Has.None.Contains("HEAD"));
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

    [Test]
    public async Task A_database_equals_the_one_that_took_its_checkpoint_but_for_claims_credentials_and_the_experiment_itself()
    {
        const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";
        await using var target = await TempPostgres.CreateDatabaseAsync();
        var store = new PostgresCheckpointStore(target.DataSource);
        await using var archive = File.OpenRead(_folder["archive.tar"]);

        var result = await new CheckpointImporter(store).ImportAsync(archive, new CheckpointImportOptions { AsExperimentId = Receiver, RepositoryPath = _folder["imported"] });

        var comparison = await _comparer.CompareAsync(
            CheckpointComparisonSource.FromStore(new PostgresCheckpointStore(_database.DataSource), _folder["repo"]),
            CheckpointComparisonSource.FromStore(store, _folder["imported"]),
            new CheckpointComparisonOptions { RightImportedFromLeft = true });
        var claimed = await _database.ScalarAsync<long>("SELECT count(*) FROM task WHERE state = 'claimed'");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(comparison.IsEqual, CheckpointComparerTests.Show(comparison));
            Assert.That(
                comparison.Allowances.Where(use => use.Name != "experiment-id").Select(use => (use.Name, use.Count)),
                Is.EqualTo(new[] { ("claim-reverted", claimed), ("credentials", _experiment[RegistryKind.Workers].Count), ("imported-from", 1) }));
            Assert.That(comparison.Repository!.LeftObjects, Is.EqualTo(comparison.Repository.RightObjects).And.Positive);
            Assert.That(result.RevertedClaims, Is.EqualTo(claimed).And.Positive);
        }

        foreach (var credential in result.Credentials.Where(credential => Argon2Program.Takes(credential.Hash)).Take(3))
        {
            var stored = await target.ScalarAsync<string>($"SELECT credential_hash FROM worker WHERE worker_id = '{credential.WorkerId}'");
            Assert.That(await Argon2Program.HashAsync(credential.Token, stored!), Is.EqualTo(stored));
        }
    }

    [Test]
    public async Task Archives_folders_and_stores_compare_in_any_pairing()
    {
        await ExperimentFolder.WriteAsync(_experiment, _folder["rows"]);
        var sides = new Dictionary<string, Func<CheckpointComparisonSource>>
        {
            ["archive"] = () => CheckpointComparisonSource.FromArchive(_folder["archive.tar"]),
            ["folder"] = () => CheckpointComparisonSource.FromStore(new DirectoryCheckpointStore(_folder["rows"]), _folder["repo"]),
            ["database"] = () => CheckpointComparisonSource.FromStore(new PostgresCheckpointStore(_database.DataSource), _folder["repo"]),
            ["memory"] = () => CheckpointComparisonSource.FromStore(_experiment.ToInMemoryStore(), _folder["repo"]),
        };
        foreach (var (left, first) in sides)
        {
            foreach (var (right, second) in sides)
            {
                var comparison = await _comparer.CompareAsync(first(), second());
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(comparison.IsEqual, $"{left} and {right}: {CheckpointComparerTests.Show(comparison)}");
                    Assert.That(comparison.Allowances.Where(use => use.Name != "credentials"), Is.Empty, $"{left} and {right}");
                    Assert.That(comparison.Rows.Select(count => count.Right), Is.EqualTo(Enum.GetValues<RegistryKind>().Select(kind => (long)_experiment[kind].Count)));
                    Assert.That(comparison.Repository!.LeftObjects, Is.EqualTo(comparison.Repository.RightObjects).And.Positive, $"{left} and {right}");
                }
            }
        }
    }

    private Task<CheckpointComparison> CompareAsync(string repository)
        => _comparer.CompareAsync(
            CheckpointComparisonSource.FromArchive(_folder["archive.tar"]),
            CheckpointComparisonSource.FromStore(new PostgresCheckpointStore(_database.DataSource), repository));
}
