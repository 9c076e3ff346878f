using System.Formats.Tar;
using System.Net;
using System.Net.Sockets;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary><c>export</c> as a process: what it writes, and that a failure writes nothing.</summary>
[TestFixture]
public class ExportVerbTests
{
    private TempFolder _folder = null!;
    private SyntheticExperiment _experiment = null!;

    private string Archive => _folder["out/checkpoint.tar"];

    [SetUp]
    public async Task MakeExperiment()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder["out"]);
        Directory.CreateDirectory(_folder["temp"]);
        _experiment = await SyntheticExperiment.CreateAsync(_folder["repo.git"], variants: 12);
        await ExperimentFolder.WriteAsync(_experiment, _folder["rows"]);
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task A_folder_and_a_repository_become_an_archive_that_verifies_and_restores()
    {
        await File.WriteAllTextAsync(_folder["config.yaml"], "name: x\r\n");

        var run = await ExportAsync("--repo-path", _folder["repo.git"], "--config", _folder["config.yaml"], "--json");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var result = run.JsonLines.Single();
        Assert.That(result.GetProperty("resumable").GetBoolean(), Is.True);
        Assert.That(result.GetProperty("bytes").GetInt64(), Is.EqualTo(new FileInfo(Archive).Length));
        var verified = await ConsoleRun.StartAsync(_folder["temp"], "verify", "--require-resumable", Archive);
        Assert.That(verified.ExitCode, Is.Zero, verified.Error);

        await TarFile.ExtractToDirectoryAsync(Archive, _folder["out"], overwriteFiles: false);
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            Assert.That(
                await File.ReadAllBytesAsync(_folder[$"out/checkpoint/{CheckpointManifestFiles.Standard[kind]}"]),
                Is.EqualTo(_experiment.JsonLines(kind)), $"{kind}");
        }

        Assert.That(await File.ReadAllTextAsync(_folder["out/checkpoint/experiment-config.yaml"]), Is.EqualTo("name: x\r\n"));
        await GitCli.RunAsync(_folder["out"], "clone", "--quiet", "--mirror", "checkpoint/repo.bundle", "restored.git");
        Assert.That(
            await GitCli.RunAsync(_folder["out/restored.git"], "for-each-ref"),
            Is.EqualTo(await GitCli.RunAsync(_folder["repo.git"], "for-each-ref")));
    }

    [Test]
    public async Task A_database_given_by_url_gives_the_same_archive_rows_as_the_folder()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        await _experiment.LoadAsync(database.DataSource);

        var run = await ConsoleRun.StartAsync(
            _folder["temp"], "export", "--store", database.Url, "--experiment-id", _experiment.ExperimentId, "--out", Archive, "--repo-path", _folder["repo.git"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        await TarFile.ExtractToDirectoryAsync(Archive, _folder["out"], overwriteFiles: false);
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            Assert.That(
                await File.ReadAllBytesAsync(_folder[$"out/checkpoint/{CheckpointManifestFiles.Standard[kind]}"]),
                Is.EqualTo(_experiment.JsonLines(kind)), $"{kind}");
        }
    }

    [Test]
    public async Task A_remote_is_cloned_first_and_needs_no_clone_beforehand()
    {
        var run = await ExportAsync("--repo-path", _folder["clone.git"], "--remote-url", _folder["repo.git"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("resumable").And.Contain("repo.bundle"));
        Assert.That(
            await GitCli.RunAsync(_folder["clone.git"], "for-each-ref"),
            Is.EqualTo(await GitCli.RunAsync(_folder["repo.git"], "for-each-ref")));
    }

    [Test]
    public async Task A_remote_that_is_gone_ends_with_3_and_leaves_no_file()
    {
        var run = await ExportAsync("--repo-path", _folder["clone.git"], "--remote-url", _folder["gone.git"]);

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("eden://reference-error/checkpoint-repo-unavailable"));
        AssertNothingWritten();
    }

    [Test]
    public async Task A_repository_that_is_gone_ends_with_3_and_never_with_the_placeholder()
    {
        var run = await ExportAsync("--repo-path", _folder["gone.git"]);

        Assert.That(run.ExitCode, Is.EqualTo(3));
        AssertNothingWritten();
    }

    [Test]
    public async Task A_failed_export_leaves_the_older_archive_as_it_was()
    {
        await File.WriteAllTextAsync(Archive, "older");

        var run = await ExportAsync("--repo-path", _folder["gone.git"]);

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(await File.ReadAllTextAsync(Archive), Is.EqualTo("older"));
    }

    [Test]
    public async Task Without_a_repository_the_placeholder_is_written_with_a_warning()
    {
        var run = await ExportAsync();

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("warning: no --repo-path"));
        var verified = await ConsoleRun.StartAsync(_folder["temp"], "verify", "--json", "--require-resumable", Archive);
        Assert.That(verified.ExitCode, Is.EqualTo(1));
        Assert.That(verified.JsonLines.Single().GetProperty("resumable").GetBoolean(), Is.False);
    }

    [Test]
    public async Task Rows_that_break_the_format_end_with_1_and_name_every_place()
    {
        await File.AppendAllTextAsync(_folder["rows/ideas.jsonl"], "{\"idea_id\":\"x\"}\nnonsense\n");

        var run = await ExportAsync("--repo-path", _folder["repo.git"], "--json");

        Assert.That(run.ExitCode, Is.EqualTo(1), run.Error);
        var failure = run.JsonLines.Single();
        Assert.That(failure.GetProperty("problem").GetString(), Is.EqualTo("eden://error/checkpoint-invalid"));
        Assert.That(
            failure.GetProperty("violations").EnumerateArray().Select(violation => violation.GetProperty("member").GetString()),
            Is.Not.Empty.And.All.EqualTo("ideas.jsonl"));
        AssertNothingWritten();
    }

    [Test]
    public async Task Rows_that_break_the_format_are_written_when_that_is_allowed_and_the_result_says_what_it_is_worth()
    {
        await File.AppendAllTextAsync(_folder["rows/ideas.jsonl"], "{\"idea_id\":\"x\"}\nnonsense\n");

        var run = await ExportAsync("--repo-path", _folder["repo.git"], "--allow-row-violations", "--json");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var result = run.JsonLines.Single();
        Assert.That(result.GetProperty("importable").GetBoolean(), Is.False);
        Assert.That(result.GetProperty("resumable").GetBoolean(), Is.False);
        Assert.That(result.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()), Has.Some.Contains("x slug: is required").And.Some.Contains("is not JSON"));
        var verified = await ConsoleRun.StartAsync(_folder["temp"], "verify", Archive);
        Assert.That(verified.ExitCode, Is.EqualTo(1));

        var text = await ExportAsync("--repo-path", _folder["repo.git"], "--allow-row-violations");
        Assert.That(text.Output, Does.Contain("NOT IMPORTABLE"));
        Assert.That(text.Error, Does.Contain("warning: The archive cannot be imported"));
    }

    [Test]
    public async Task A_branch_that_the_repository_lost_is_not_waived_with_the_rows()
    {
        await GitCli.RunAsync(_folder["repo.git"], "update-ref", "-d", $"refs/heads/{SomeBranch()}");

        var run = await ExportAsync("--repo-path", _folder["repo.git"], "--allow-row-violations");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        AssertNothingWritten();
    }

    [Test]
    public async Task Credentials_in_the_files_of_a_folder_never_reach_the_archive()
    {
        var workers = await File.ReadAllTextAsync(_folder["rows/workers.jsonl"]);
        await File.WriteAllTextAsync(_folder["rows/workers.jsonl"], workers.Replace("{\"worker_id\"", "{\"auth_credential_hash\":\"secret\",\"registration_token\":\"secret\",\"worker_id\"", StringComparison.Ordinal));
        var tasks = await File.ReadAllTextAsync(_folder["rows/tasks.jsonl"]);
        await File.WriteAllTextAsync(_folder["rows/tasks.jsonl"], tasks.Replace("\"claim\":{", "\"claim\":{\"token\":\"secret\",", StringComparison.Ordinal));

        var run = await ExportAsync("--repo-path", _folder["repo.git"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(await File.ReadAllTextAsync(Archive, System.Text.Encoding.Latin1), Does.Not.Contain("secret"));
        Assert.That(run.Error, Does.Contain("claim.token: was left out").And.Contain("registration_token: was left out").And.Not.Contain("secret"));
        await TarFile.ExtractToDirectoryAsync(Archive, _folder["out"], overwriteFiles: false);
        Assert.That(await File.ReadAllTextAsync(_folder["out/checkpoint/workers.jsonl"]), Is.EqualTo(workers));
        Assert.That(await File.ReadAllTextAsync(_folder["out/checkpoint/tasks.jsonl"]), Is.EqualTo(tasks));
    }

    [Test]
    public async Task A_branch_that_the_repository_lost_is_named()
    {
        await GitCli.RunAsync(_folder["repo.git"], "update-ref", "-d", $"refs/heads/{SomeBranch()}");

        var run = await ExportAsync("--repo-path", _folder["repo.git"]);

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Contain("eden://reference-error/checkpoint-repo-unavailable").And.Contain(SomeBranch()).And.Contain("variants.jsonl:"));
        AssertNothingWritten();
    }

    [Test]
    public async Task Another_experiment_than_the_one_asked_for_is_not_exported()
    {
        var run = await ConsoleRun.StartAsync(
            _folder["temp"], "export", "--store", $"dir:{_folder["rows"]}", "--experiment-id", "exp_00000000000000000000000000", "--out", Archive);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("eden://error/not-found"));
        AssertNothingWritten();
    }

    [Test]
    public async Task A_folder_without_one_of_the_files_is_named()
    {
        File.Delete(_folder["rows/groups.jsonl"]);

        var run = await ExportAsync();

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("groups.jsonl: is missing"));
        AssertNothingWritten();
    }

    [Test]
    public async Task An_unreachable_database_ends_with_3_and_its_password_is_not_told()
    {
        using var reserved = new TcpListener(IPAddress.Loopback, 0);
        reserved.Start();
        var port = ((IPEndPoint)reserved.LocalEndpoint).Port;
        reserved.Stop();

        var run = await ConsoleRun.StartAsync(
            _folder["temp"], "export", "--store", $"postgresql://eden:hunter2@127.0.0.1:{port}/x", "--experiment-id", _experiment.ExperimentId, "--out", Archive, "--json");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Output + run.Error, Does.Not.Contain("hunter2"));
        Assert.That(run.JsonLines.Single().GetProperty("retryable").GetBoolean(), Is.True);
        AssertNothingWritten();
    }

    [TestCase("remote")]
    [TestCase("database")]
    public async Task A_signal_to_stop_cancels_cleanly(string silentOne)
    {
        // A server that accepts and then says nothing holds the export at a known place.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        var store = silentOne == "remote" ? $"dir:{_folder["rows"]}" : $"Host=127.0.0.1;Port={port};Username=eden;Password=none;Database=eden;Timeout=0";
        using var process = ConsoleRun.Begin(
            _folder["temp"], "export", "--store", store, "--experiment-id", _experiment.ExperimentId, "--out", Archive,
            "--repo-path", _folder["clone.git"], "--remote-url", $"http://127.0.0.1:{port}/x.git");
        using var connection = await silent.AcceptSocketAsync();
        Assert.That(await connection.ReceiveAsync(new byte[256]), Is.Positive, "the start of a conversation");

        // SIGTERM: a shell that runs this in the background makes its children deaf to SIGINT, which the program takes the same way.
        ProcessSignal.Terminate(process);
        var run = await ConsoleRun.EndAsync(process);

        Assert.That(run.ExitCode, Is.EqualTo(130), run.Error);
        Assert.That(run.Error, Does.Not.Contain("   at "));
        AssertNothingWritten();
    }

    private Task<ConsoleRun> ExportAsync(params string[] more) => ConsoleRun.StartAsync(
        _folder["temp"],
        ["export", "--store", $"dir:{_folder["rows"]}", "--experiment-id", _experiment.ExperimentId, "--out", Archive, .. more]);

    private string SomeBranch()
    {
        foreach (var row in _experiment[RegistryKind.Variants])
        {
            using var variant = System.Text.Json.JsonDocument.Parse(row);
            if (variant.RootElement.TryGetProperty("branch", out var branch))
            {
                return branch.GetString()!;
            }
        }

        throw new InvalidOperationException("No variant has a branch.");
    }

    private void AssertNothingWritten()
    {
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["out"]), Is.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty);
    }
}
