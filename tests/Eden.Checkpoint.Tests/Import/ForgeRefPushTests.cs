using System.Runtime.Versioning;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>Repositories with refs that git hosts keep for themselves, pushed to remotes that refuse them in each of the ways that git has: branches and tags decide.</summary>
[TestFixture]
[Category("RealGit")]
[Platform(Exclude = "Win", Reason = "The hooks and commands are for a POSIX shell.")]
[UnsupportedOSPlatform("windows")]
public class ForgeRefPushTests
{
    private static readonly string[] s_owned = ["refs/merge-requests/3/head", "refs/pull/7/head", "refs/pull/7/merge"];
    private TempFolder _folder = null!;
    private GitHttpRemote _remote = null!;
    private TempDatabase _database = null!;

    private string RemotePath => _folder["served/receiver.git"];

    private string Url => _remote.Url("receiver.git");

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TempFolder();
        var experiment = await SyntheticExperiment.CreateAsync(_folder["source.git"], 12);
        foreach (var name in s_owned)
        {
            var tree = await GitCli.RunAsync(_folder["source.git"], "mktree");
            var commit = await GitCli.RunAsync(_folder["source.git"], "commit-tree", tree, "-m", name, "-p", "main");
            await GitCli.RunAsync(_folder["source.git"], "update-ref", name, commit);
        }

        await GitCli.RunAsync(_folder["source.git"], "notes", "add", "-m", "a note", "main");
        await new CheckpointExporter(experiment.ToInMemoryStore(), new LocalRepoBundleProvider(_folder["source.git"])).ExportAsync(_folder["a.tar"]);
        Directory.CreateDirectory(_folder["served"]);
        await GitCli.RunAsync(_folder["served"], "init", "-q", "--bare", "--initial-branch=main", "receiver.git");
        _remote = await GitHttpRemote.StartAsync(_folder["served"]);
        _remote.ReceivePack = true;
        _database = await TempPostgres.CreateDatabaseAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _remote.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("pre-receive")]
    [TestCase("update")]
    [TestCase("receive.hideRefs")]
    [TestCase("transfer.hideRefs")]
    public async Task Refs_that_the_host_keeps_for_itself_are_refused_and_the_push_is_complete_all_the_same(string way)
    {
        await RefuseAsync(way);

        var result = await ImportAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Push!.IsComplete, result.Push.Failure);
            Assert.That(result.Push.Failure, Is.Null);
            Assert.That(result.Push.Refused.Select(refusal => refusal.Split(' ')[0]), Is.SupersetOf(s_owned));
            Assert.That(result.Warnings.Messages(), Has.Some.Contains("refused").And.Contain("refs/merge-requests/3/head"));
            Assert.That(
                await RefsAsync(RemotePath, "refs/heads", "refs/tags"), Is.EqualTo(await RefsAsync(_folder["source.git"], "refs/heads", "refs/tags")).And.Not.Empty);
            Assert.That(await RefsAsync(RemotePath, "refs/pull", "refs/merge-requests"), Is.Empty);
        }

        await GitCli.RunAsync(RemotePath, "fsck", "--full");
        var archive = await ExportAsync();
        var report = await new CheckpointVerifier().VerifyAsync(new MemoryStream(archive));
        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.HasBundle);
    }

    [TestCase("update")]
    [TestCase("receive.hideRefs")]
    [TestCase("none")]
    public async Task What_the_remote_takes_of_the_rest_arrives(string way)
    {
        await RefuseAsync(way);

        var result = await ImportAsync();

        Assert.That(result.Push!.IsComplete, result.Push.Failure);
        Assert.That(await RefsAsync(RemotePath, "refs/notes"), Is.EqualTo(await RefsAsync(_folder["source.git"], "refs/notes")).And.Not.Empty);
        Assert.That(await RefsAsync(RemotePath, "refs/pull"), way == "none" ? Is.EqualTo(await RefsAsync(_folder["source.git"], "refs/pull")) : Is.Empty);
        Assert.That(await GitCli.RunAsync(RemotePath, "log", "--format=%N", "-1", "main"), Does.Contain("a note"));
    }

    [Test]
    public async Task A_branch_that_is_refused_leaves_the_push_unfinished_with_the_hook_s_own_words()
    {
        await HookAsync("pre-receive", "while read old new ref; do case $ref in refs/heads/main) echo 'main is {protected}: ask {0}' >&2; exit 1;; esac; done");

        var result = await ImportAsync();

        Assert.That(result.Push!.IsComplete, Is.False);
        Assert.That(result.Push.Failure, Does.Contain("refused").And.Contain("it says: main is {protected}: ask {0}"));
        Assert.That(result.Push.Refused, Has.Some.StartWith("refs/heads/main "));
        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => ExportAsync());
        Assert.That(failure!.Message, Does.Contain("is not pushed to"));
    }

    [Test]
    public async Task What_the_host_has_made_itself_does_not_make_it_a_remote_that_is_not_empty()
    {
        var tree = await GitCli.RunAsync(RemotePath, "mktree");
        var theirs = await GitCli.RunAsync(RemotePath, "commit-tree", tree, "-m", "theirs");
        await GitCli.RunAsync(RemotePath, "update-ref", "refs/keep-around/1", theirs);
        await GitCli.RunAsync(RemotePath, "update-ref", "refs/pull/1/head", theirs);

        var result = await ImportAsync();

        Assert.That(result.Push!.IsComplete, result.Push.Failure);
        Assert.That(await GitCli.RunAsync(RemotePath, "rev-parse", "refs/keep-around/1"), Is.EqualTo(theirs));
    }

    [Test]
    public async Task A_remote_that_throws_away_what_no_ref_reaches_gets_the_objects_of_the_rest_once_more()
    {
        await HookAsync("post-receive", "unset GIT_QUARANTINE_PATH; git gc -q --prune=now");

        var result = await ImportAsync();

        Assert.That(result.Push!.IsComplete, result.Push.Failure);
        Assert.That(result.Push.Refused, Is.Empty);
        Assert.That(await RefsAsync(RemotePath, "refs"), Is.EqualTo(await RefsAsync(_folder["source.git"], "refs")));
        await GitCli.RunAsync(RemotePath, "fsck", "--full");
    }

    private Task RefuseAsync(string way) => way switch
    {
        "pre-receive" => HookAsync(way, "while read old new ref; do case $ref in refs/pull/*|refs/merge-requests/*) echo \"$ref is mine\" >&2; exit 1;; esac; done"),
        "update" => HookAsync(way, "case $1 in refs/pull/*|refs/merge-requests/*) exit 1;; esac"),
        "none" => Task.CompletedTask,
        _ => HideAsync(way),
    };

    private async Task HideAsync(string key)
    {
        await GitCli.RunAsync(RemotePath, "config", "--add", key, "refs/pull");
        await GitCli.RunAsync(RemotePath, "config", "--add", key, "refs/merge-requests");
    }

    private async Task HookAsync(string name, string script)
    {
        var path = Path.Combine(RemotePath, "hooks", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task<CheckpointImportResult> ImportAsync()
    {
        await using var archive = File.OpenRead(_folder["a.tar"]);
        return await new CheckpointImporter(new PostgresCheckpointStore(_database.DataSource), new QuickIssuer()).ImportAsync(
            archive, new CheckpointImportOptions { RepositoryPath = _folder["restored.git"], RemoteUrl = Url });
    }

    private async Task<byte[]> ExportAsync()
    {
        using var archive = new MemoryStream();
        await new CheckpointExporter(new PostgresCheckpointStore(_database.DataSource), new RemoteRepoBundleProvider(_folder["restored.git"], Url)).ExportAsync(archive);
        return archive.ToArray();
    }

    private static Task<string> RefsAsync(string repository, params string[] below)
        => GitCli.RunAsync(repository, ["for-each-ref", "--format=%(objectname) %(refname)", .. below]);
}
