using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>The <c>import</c> verb as a process against a real PostgreSQL, killed too.</summary>
[TestFixture]
public class ImportVerbTests
{
    private const string CountRows =
        "SELECT (SELECT count(*) FROM task) + (SELECT count(*) FROM idea) + (SELECT count(*) FROM variant) + (SELECT count(*) FROM submission)"
        + " + (SELECT count(*) FROM event) + (SELECT count(*) FROM worker) + (SELECT count(*) FROM worker_group) + (SELECT count(*) FROM experiment)";

    private TempFolder _folder = null!;
    private TempDatabase _database = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder["temp"]);
        _database = await TempPostgres.CreateDatabaseAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task An_archive_lands_complete_and_compares_equal_but_for_what_is_allowed()
    {
        var experiment = await ArchiveAsync(variants: 12);

        var run = await ImportAsync("--credentials-dir", _folder["tokens"], "--json");

        Assert.That(run.ExitCode, Is.Zero, run.Error + run.Output);
        var json = run.JsonLines.Single();
        Assert.That(json.GetProperty("rows").GetProperty("events").GetInt64(), Is.EqualTo(experiment[RegistryKind.Events].Count));
        Assert.That(json.GetProperty("credentialsWritten").GetBoolean());
        var tokens = Directory.GetFiles(_folder["tokens"]);
        Assert.That(tokens, Has.Length.EqualTo(experiment[RegistryKind.Workers].Count));
        foreach (var token in tokens)
        {
            Assert.That(run.Output + run.Error, Does.Not.Contain(await File.ReadAllTextAsync(token)));
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(token), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            }
        }

        var compared = await RunAsync("compare", _folder["a.tar"], _database.Url, "--repo-b", _folder["restored.git"], "--imported", "--json");
        Assert.That(compared.ExitCode, Is.Zero, compared.Error + compared.Output);
        Assert.That(
            compared.JsonLines.Single().GetProperty("allowances").EnumerateArray().Select(a => a.GetProperty("name").GetString()),
            Is.SupersetOf(new[] { "claim-reverted", "credentials", "imported-from" }));
        await GitCli.RunAsync(_folder["restored.git"], "fsck", "--full");
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty);
    }

    [Test]
    public async Task Artifacts_go_into_the_directory_and_from_there_into_the_next_archive()
    {
        var bytes = "the plan"u8.ToArray();
        var uri = $"checkpoint:sha256:{HandMadeArchive.Hash(bytes)}";
        var archive = new HandMadeArchive().Set("repo.bundle", "").Artifact(bytes).Row("ideas.jsonl", 1, row => row["artifacts_uri"] = uri);
        await File.WriteAllBytesAsync(_folder["a.tar"], archive.ToTar());
        await File.WriteAllTextAsync(_folder["config.yaml"], archive.Text("experiment-config.yaml"));

        var imported = await RunAsync(
            "import", _folder["a.tar"], "--store", _database.Url, "--as-experiment-id", HandMadeArchive.Experiment, "--artifacts-dir", _folder["kept"]);
        var exported = await RunAsync(
            "export", "--store", _database.Url, "--experiment-id", HandMadeArchive.Experiment, "--artifacts-dir", _folder["kept"], "--config", _folder["config.yaml"], "--out", _folder["b.tar"]);
        var compared = await RunAsync("compare", _folder["a.tar"], _folder["b.tar"]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((imported.ExitCode, exported.ExitCode, compared.ExitCode), Is.EqualTo((0, 0, 0)), imported.Error + exported.Error + compared.Output);
            Assert.That(imported.Output, Does.Contain("1 artifact stored, 8 B"));
            Assert.That(await _database.ScalarAsync<string>("SELECT data::json ->> 'artifacts_uri' FROM idea"), Does.StartWith("eden://artifacts/sha256/"));
            Assert.That(TarMembers.Read(await File.ReadAllBytesAsync(_folder["b.tar"]))[$"checkpoint/artifacts/sha256/{HandMadeArchive.Hash(bytes)}"], Is.EqualTo(bytes));
        }
    }

    [Test]
    public async Task It_lands_under_the_id_asked_for_and_reaches_the_remote()
    {
        const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";
        var experiment = await ArchiveAsync(variants: 3);
        await GitCli.RunAsync(_folder.Path, "init", "-q", "--bare", "--initial-branch=main", "remote.git");

        var run = await ImportAsync("--as-experiment-id", Receiver, "--remote-url", $"file://{_folder["remote.git"]}", "--json");

        var json = run.JsonLines.Single();
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(json.GetProperty("experiment_id").GetString(), Is.EqualTo(Receiver));
        Assert.That(json.GetProperty("push").GetProperty("complete").GetBoolean());
        Assert.That(await _database.ScalarAsync<string>("SELECT experiment_id FROM experiment"), Is.EqualTo(Receiver));
        Assert.That(await GitCli.RunAsync(_folder["remote.git"], "rev-parse", "main"), Is.EqualTo(experiment.BaseCommit));
    }

    [Test]
    public async Task A_credential_helper_without_a_remote_is_ignored_with_a_warning_by_both_ways()
    {
        var experiment = await ArchiveAsync(variants: 3);

        var import = await ImportAsync("--credential-helper", _folder["no-such-helper"]);
        var export = await RunAsync(
            "export", "--store", $"dir:{_folder["rows"]}", "--experiment-id", experiment.ExperimentId, "--repo-path", _folder["repo.git"], "--credential-helper", _folder["no-such-helper"],
            "--out", _folder["b.tar"]);

        Assert.That((import.ExitCode, export.ExitCode), Is.EqualTo((0, 0)), import.Error + export.Error);
        Assert.That((string[])[import.Error, export.Error], Is.All.Contains("warning: no --remote-url: --credential-helper is ignored."));
    }

    [Test]
    public async Task Without_an_id_of_the_receivers_it_lands_under_a_fresh_one_and_says_which()
    {
        var experiment = await ArchiveAsync(variants: 3);

        var run = await ImportAsync();

        var landed = await _database.ScalarAsync<string>("SELECT experiment_id FROM experiment");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            Assert.That(landed, Does.Match("^exp_[0-9a-z]{26}$").And.Not.EqualTo(experiment.ExperimentId));
            Assert.That(run.Output, Does.Contain($"imported {experiment.ExperimentId}").And.Contain($"as {landed}"));
        }
    }

    [Test]
    public async Task A_push_that_fails_after_the_commit_ends_with_3_and_says_how_to_finish()
    {
        await ArchiveAsync(variants: 3);

        var run = await ImportAsync("--remote-url", $"file://{_folder["no-such-remote.git"]}", "--json");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.JsonLines.Single().GetProperty("push").GetProperty("failure").GetString(), Does.Contain("git -C").And.Contain(" push ").And.Contain("'refs/heads/*:refs/heads/*' 'refs/tags/*:refs/tags/*'"));
        Assert.That(await _database.ScalarAsync<long>("SELECT count(*) FROM experiment WHERE imported_from IS NOT NULL"), Is.EqualTo(1));
        await GitCli.RunAsync(_folder["restored.git"], "fsck", "--full");
    }

    [TestCase("--as-experiment-id", "exp_short")]
    [TestCase("--experiment-id", "E1")]
    public async Task Options_that_make_no_sense_are_usage_errors_before_anything_is_done(string option, string value)
    {
        await File.WriteAllTextAsync(_folder["a.tar"], "");

        var run = await ImportAsync(option, value);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain(option));
        Assert.That(await _database.ScalarAsync<bool>("SELECT to_regclass('experiment') IS NULL"));
    }

    [Test]
    public async Task The_same_archive_again_is_refused_and_changes_nothing()
    {
        await ArchiveAsync(variants: 3);
        var first = await ImportAsync();
        Assert.That(first.ExitCode, Is.Zero);
        Assert.That(first.Error, Does.Contain("--credentials-dir"), "nobody has the tokens");
        var before = await _database.ScalarAsync<long>(CountRows);

        var again = await RunAsync("import", _folder["a.tar"], "--store", _database.Url, "--json");

        Assert.That(again.ExitCode, Is.Not.Zero);
        Assert.That(again.JsonLines.Single().GetProperty("problem").GetString(), Is.EqualTo("eden://error/experiment-id-conflict"));
        Assert.That(await _database.ScalarAsync<long>(CountRows), Is.EqualTo(before));
    }

    [Test]
    public async Task A_killed_import_leaves_the_database_as_it_was_and_the_next_one_succeeds()
    {
        var experiment = await ArchiveAsync(variants: 2000);
        var process = ConsoleRun.Begin(_folder["temp"], Arguments());
        try
        {
            // Waits on the server, not on the clock: until a COPY of the import is under way.
            var copying = false;
            while (!copying && !process.HasExited)
            {
                copying = await _database.ScalarAsync<bool>(
                    "SELECT count(*) > 0 FROM (SELECT pg_sleep(0.002)) AS wait, pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND query ILIKE 'COPY%'");
            }

            Assert.That(copying, "the import ended before its rows could be seen on their way");
            process.Kill();
            await process.WaitForExitAsync();
        }
        finally
        {
            process.Dispose();
        }

        // The server notices the broken connection in its own time; DROP and reads wait for its locks.
        while (await _database.ScalarAsync<bool>(
            "SELECT count(*) > 0 FROM (SELECT pg_sleep(0.01)) AS wait, pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"))
        {
        }

        Assert.That(await _database.ScalarAsync<long>(CountRows), Is.Zero);
        Assert.That(Directory.Exists(_folder["restored.git"]), Is.False);

        var again = await ImportAsync();
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        Assert.That(await _database.ScalarAsync<long>("SELECT count(*) FROM event"), Is.EqualTo(experiment[RegistryKind.Events].Count));
    }

    private string[] Arguments(params string[] more)
        => ["import", _folder["a.tar"], "--store", _database.Url, "--repo-path", _folder["restored.git"], .. more];

    private Task<ConsoleRun> ImportAsync(params string[] more) => RunAsync(Arguments(more));

    private Task<ConsoleRun> RunAsync(params string[] arguments) => ConsoleRun.StartAsync(_folder["temp"], arguments);

    private async Task<SyntheticExperiment> ArchiveAsync(int variants)
    {
        var experiment = await SyntheticExperiment.CreateAsync(_folder["repo.git"], variants);
        await ExperimentFolder.WriteAsync(experiment, _folder["rows"]);
        var exported = await RunAsync(
            "export", "--store", $"dir:{_folder["rows"]}", "--experiment-id", experiment.ExperimentId, "--repo-path", _folder["repo.git"], "--out", _folder["a.tar"]);
        Assert.That(exported.ExitCode, Is.Zero, exported.Error);
        return experiment;
    }
}
