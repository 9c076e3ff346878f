using System.Diagnostics;
using System.Runtime.Versioning;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>An import whose push could not be finished: nobody exports what the remote has instead, and each way to finish it works.</summary>
[TestFixture]
[Category("RealGit")]
[Platform(Exclude = "Win", Reason = "The hooks and commands are for a POSIX shell.")]
[UnsupportedOSPlatform("windows")]
public class PendingPushTests
{
    private const string Password = "s3cret-in-the-push";
    private ImportScene _scene = null!;
    private TempFolder _folder = null!;
    private GitHttpRemote _remote = null!;
    private TempDatabase _database = null!;

    private string RemotePath => _folder["experiment.git"];

    private string Url => _remote.Url("experiment.git");

    private StaticCredentials Credentials { get; } = new("eden", Password);

    [OneTimeSetUp]
    public async Task SetUpScene() => _scene = await ImportScene.CreateAsync(variants: 12);

    [OneTimeTearDown]
    public async Task TearDownScene() => await _scene.DisposeAsync();

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TempFolder();
        await GitCli.RunAsync(_folder.Path, "init", "-q", "--bare", "--initial-branch=main", "experiment.git");
        _remote = await GitHttpRemote.StartAsync(_folder.Path);
        (_remote.ReceivePack, _remote.UserName, _remote.Password) = (true, "eden", Password);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _remote.DisposeAsync();
        _folder.Dispose();
        Directory.Delete(_scene.RepositoryPath, recursive: true);
        _scene.AssertNothingTemporary();
        Assert.That(_scene.Log.Text, Does.Not.Contain(Password));
    }

    [Test]
    public async Task Until_the_push_is_finished_an_export_fails_and_names_the_command_that_finishes_it_where_the_remote_is_not_empty()
    {
        var theirs = await FillRemoteAsync();
        var pushed = await ImportAsync();
        Assert.That(pushed.Failure, Does.Contain("not empty").And.Contain("push --force "));

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => ExportAsync());
        Assert.That(failure!.IsRetryable, Is.False);
        Assert.That(failure.Message, Does.Contain("is not pushed to").And.Contain("push --force "));
        Assert.That(await GitCli.RunAsync(RemotePath, "rev-parse", "main"), Is.EqualTo(theirs), "an export overwrites nothing");

        await RunInShellAsync(failure.Message);

        await AssertExportsAsync();
        Assert.That(await GitCli.RunAsync(RemotePath, "rev-parse", "theirs"), Is.EqualTo(theirs), "what has another name stays");
    }

    [Test]
    public async Task The_command_of_an_import_with_the_remote_down_finishes_the_push_once_it_is_up_again()
    {
        _remote.Fault = GitHttpFault.ServerError;
        var pushed = await ImportAsync();
        Assert.That(pushed.Failure, Does.Contain("HTTP 500").And.Not.Contain("--force"));
        _remote.Fault = GitHttpFault.None;
        await Assert.ThatAsync(() => ExportAsync(), Throws.InstanceOf<CheckpointRepoUnavailableException>().With.Message.Contains("is not pushed to"));

        await RunInShellAsync(pushed.Failure!);

        await AssertExportsAsync();
    }

    [Test]
    public async Task Work_may_go_on_at_the_remote_between_the_push_by_hand_and_the_first_export()
    {
        _remote.Fault = GitHttpFault.ServerError;
        var pushed = await ImportAsync();
        _remote.Fault = GitHttpFault.None;
        await RunInShellAsync(pushed.Failure!);
        var next = await CommitAsync("main", "main");

        await AssertExportsAsync();

        Assert.That(await GitCli.RunAsync(_scene.RepositoryPath, "rev-parse", "main"), Is.EqualTo(next));
    }

    [Test]
    public async Task A_remote_whose_branch_leads_elsewhere_is_not_taken_for_a_finished_push()
    {
        _remote.Fault = GitHttpFault.ServerError;
        var pushed = await ImportAsync();
        _remote.Fault = GitHttpFault.None;
        await RunInShellAsync(pushed.Failure!);
        await GitCli.RunAsync(RemotePath, "update-ref", "refs/heads/main", await CommitAsync("other", null));

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => ExportAsync());

        Assert.That(failure!.Message, Does.Contain("refs/heads/main is missing there or differs"));
    }

    [Test]
    public async Task The_api_finishes_it_and_the_repository_is_the_clone_from_then_on([Values] bool isOccupied)
    {
        _remote.Fault = GitHttpFault.ServerError;
        await ImportAsync();
        _remote.Fault = GitHttpFault.None;
        var options = new RepositoryPushOptions { Connection = new LocalCloneOptions { Credentials = Credentials }, TemporaryDirectory = _scene.Scratch };
        if (isOccupied)
        {
            await FillRemoteAsync();
            var refused = await RepositoryPush.FromRepositoryAsync(_scene.RepositoryPath, Url, options);
            Assert.That(refused.IsComplete, Is.False);
            Assert.That(refused.Failure, Does.Contain("not empty"));
            options = options with { Force = true };
        }

        var result = await RepositoryPush.FromRepositoryAsync(_scene.RepositoryPath, Url, options);

        Assert.That(result.IsComplete, result.Failure);
        Assert.That(File.Exists(Path.Combine(_scene.RepositoryPath, "eden-checkpoint-push-pending")), Is.False);
        Assert.That(File.ReadAllText(Path.Combine(_scene.RepositoryPath, "eden-checkpoint-clone")).Trim(), Is.EqualTo(Url));
        Assert.That(await GitCli.RunAsync(_scene.RepositoryPath, "config", "remote.origin.url"), Is.EqualTo(Url));
        await AssertExportsAsync();
    }

    [Test]
    public async Task The_console_finishes_it_from_the_repository_or_from_the_archive([Values] bool fromArchive)
    {
        _remote.Fault = GitHttpFault.ServerError;
        await ImportAsync();
        _remote.Fault = GitHttpFault.None;
        _remote.UserName = null;
        await File.WriteAllBytesAsync(_folder["a.tar"], _scene.Archive);
        string[] source = fromArchive ? [_folder["a.tar"]] : ["--repo-path", _scene.RepositoryPath];

        var run = await ConsoleRun.StartAsync(_scene.Scratch, ["push", .. source, "--remote-url", Url]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain($"pushed to {Url}"));
        await AssertExportsAsync();
    }

    [Test]
    public async Task The_console_ends_with_3_where_something_has_to_give_way_and_does_it_with_force()
    {
        await FillRemoteAsync();
        await ImportAsync();
        _remote.UserName = null;
        string[] arguments = ["push", "--repo-path", _scene.RepositoryPath, "--remote-url", Url, "--json"];

        var refused = await ConsoleRun.StartAsync(_scene.Scratch, arguments);
        var forced = await ConsoleRun.StartAsync(_scene.Scratch, [.. arguments, "--force"]);

        Assert.That((refused.ExitCode, forced.ExitCode), Is.EqualTo((3, 0)), refused.Error + forced.Error);
        Assert.That(refused.JsonLines.Single().GetProperty("failure").GetString(), Does.Contain("not empty"));
        Assert.That(forced.JsonLines.Single().GetProperty("complete").GetBoolean());
        await AssertExportsAsync();
    }

    [Test]
    public async Task An_export_of_a_host_that_wants_it_finishes_the_push_itself()
    {
        _remote.Fault = GitHttpFault.ServerError;
        await ImportAsync();
        await Assert.ThatAsync(() => ExportAsync(finishPush: true), Throws.InstanceOf<CheckpointRepoUnavailableException>().With.Property("IsRetryable").True);
        _remote.Fault = GitHttpFault.None;

        await AssertExportsAsync(finishPush: true);

        Assert.That(File.Exists(Path.Combine(_scene.RepositoryPath, "eden-checkpoint-push-pending")), Is.False);
        await AssertExportsAsync();
    }

    [Test]
    public async Task But_it_overwrites_nothing_at_the_remote()
    {
        var theirs = await FillRemoteAsync();
        await ImportAsync();

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => ExportAsync(finishPush: true));

        Assert.That(failure!.Message, Does.Contain("push --force "));
        Assert.That(failure.IsRetryable, Is.False);
        Assert.That(await GitCli.RunAsync(RemotePath, "for-each-ref", "--format=%(objectname)"), Is.EqualTo($"{theirs}\n{theirs}"));
    }

    [Test]
    public async Task A_repository_that_was_not_imported_for_the_remote_is_not_pushed_by_itself()
    {
        await _scene.Importer(await _scene.EmptyDatabaseAsync()).ImportAsync(_scene.Open(), _scene.OptionsWithRepository());

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => ExportAsync(finishPush: true));

        Assert.That(failure!.Message, Does.Contain("has no remote 'origin'"));
        Assert.That(await GitCli.RunAsync(RemotePath, "for-each-ref"), Is.Empty);
    }

    [Test]
    public async Task An_import_for_one_remote_is_not_exported_from_another()
    {
        await GitCli.RunAsync(_folder.Path, "init", "-q", "--bare", "other.git");
        _remote.Fault = GitHttpFault.ServerError;
        await ImportAsync();
        _remote.Fault = GitHttpFault.None;

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => ExportAsync(finishPush: true, url: _remote.Url("other.git")));

        Assert.That(failure!.Message, Does.Contain("was restored for the remote").And.Contain("experiment.git").And.Contain("other.git"));
    }

    [Test]
    public async Task A_push_that_is_complete_leaves_a_clone_that_follows_the_remote_at_once()
    {
        Assert.That((await ImportAsync()).IsComplete);
        var next = await CommitAsync("main", "main");

        await AssertExportsAsync();

        Assert.That(await GitCli.RunAsync(_scene.RepositoryPath, "rev-parse", "main"), Is.EqualTo(next));
    }

    private async Task<GitPushResult> ImportAsync()
    {
        var result = await _scene.Importer(_database = await _scene.EmptyDatabaseAsync()).ImportAsync(
            _scene.Open(), _scene.OptionsWithRepository() with { RemoteUrl = Url, Credentials = Credentials });
        Assert.That(await _database.ScalarAsync<long>("SELECT count(*) FROM experiment WHERE imported_from IS NOT NULL"), Is.EqualTo(1));
        return result.Push!;
    }

    private async Task<byte[]> ExportAsync(bool finishPush = false, string? url = null)
    {
        var sync = new LocalCloneOptions { Credentials = Credentials, FinishPush = finishPush };
        var provider = new RemoteRepoBundleProvider(_scene.RepositoryPath, url ?? Url, new RemoteRepoBundleOptions { Sync = sync });
        using var archive = new MemoryStream();
        await new CheckpointExporter(_scene.Store(_database), provider).ExportAsync(archive, new CheckpointExportOptions { TemporaryDirectory = _scene.Scratch });
        return archive.ToArray();
    }

    private async Task AssertExportsAsync(bool finishPush = false)
    {
        var archive = await ExportAsync(finishPush);

        var report = await new CheckpointVerifier().VerifyAsync(new MemoryStream(archive));
        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.HasBundle);
        await GitCli.RunAsync(RemotePath, "fsck", "--full");
    }

    private async Task<string> FillRemoteAsync()
    {
        var theirs = await CommitAsync("main", null);
        await GitCli.RunAsync(RemotePath, "update-ref", "refs/heads/theirs", theirs);
        return theirs;
    }

    private async Task<string> CommitAsync(string branch, string? parent)
    {
        var tree = await GitCli.RunAsync(RemotePath, "mktree");
        string[] parents = parent is null ? [] : ["-p", parent];
        var commit = await GitCli.RunAsync(RemotePath, ["commit-tree", tree, "-m", "theirs", .. parents]);
        await GitCli.RunAsync(RemotePath, "update-ref", $"refs/heads/{branch}", commit);
        return commit;
    }

    /// <summary>Runs the command that ends a message, as somebody would who copies it.</summary>
    private async Task RunInShellAsync(string message)
    {
        var command = message[message.IndexOf("git -C ", StringComparison.Ordinal)..];
        await File.WriteAllTextAsync(_folder["askpass"], $"#!/bin/sh\ncase \"$1\" in User*) echo eden;; *) echo {Password};; esac\n");
        File.SetUnixFileMode(_folder["askpass"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardError = true };
        GitCli.Isolate(start);
        start.Environment["GIT_ASKPASS"] = _folder["askpass"];
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"{command}\n{error}");
    }
}
