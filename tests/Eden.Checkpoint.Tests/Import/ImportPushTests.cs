using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>Pushes to a real git over smart HTTP with Basic authentication, and to a folder.</summary>
[TestFixture]
public class ImportPushTests
{
    private const string Password = "s3cret-of-the-remote";
    private ImportScene _scene = null!;
    private TempFolder _folder = null!;
    private GitHttpRemote _remote = null!;

    private string RemotePath => _folder["experiment.git"];

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
        _remote.ReceivePack = true;
        _remote.UserName = "eden";
        _remote.Password = Password;
    }

    [TearDown]
    public async Task TearDown()
    {
        await _remote.DisposeAsync();
        _folder.Dispose();
        if (Directory.Exists(_scene.RepositoryPath))
        {
            Directory.Delete(_scene.RepositoryPath, recursive: true);
        }

        _scene.AssertNothingTemporary();
        Assert.That(_scene.Log.Text, Does.Not.Contain(Password));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Every_ref_reaches_an_empty_remote(bool overHttp)
    {
        var result = await ImportAsync(options => options with { RemoteUrl = overHttp ? _remote.Url("experiment.git") : RemotePath, RepositoryPath = _scene.RepositoryPath });

        await GitCli.RunAsync(RemotePath, "fsck", "--full", "--strict");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Push!.Failure, Is.Null);
            Assert.That(result.Push.IsComplete);
            Assert.That(await RefsAsync(RemotePath), Is.EqualTo(await RefsAsync(_scene.RepositoryPath)).And.Not.Empty);
            Assert.That(result.Push.RefCount, Is.EqualTo((await RefsAsync(RemotePath)).Split('\n').Length));
        }
    }

    [Test]
    public async Task Without_a_repository_path_the_bundle_is_pushed_all_the_same([Values] bool overHttp)
    {
        var result = await ImportAsync(options => options with { RemoteUrl = overHttp ? _remote.Url("experiment.git") : "file://" + RemotePath });

        Assert.That(result.Push!.IsComplete, result.Push.Failure);
        Assert.That(await GitCli.RunAsync(RemotePath, "rev-parse", "main"), Is.EqualTo(_scene.Experiment.BaseCommit));
    }

    [Test]
    public async Task A_sha256_repository_reaches_a_sha256_remote_and_no_other([Values] bool sameFormat)
    {
        await using var scene = await ImportScene.CreateAsync(variants: 3, objectFormat: "sha256");
        await GitCli.RunAsync(_folder.Path, "init", "-q", "--bare", $"--object-format={(sameFormat ? "sha256" : "sha1")}", "other.git");

        var result = await scene.Importer(await scene.EmptyDatabaseAsync()).ImportAsync(
            scene.Open(), scene.Options() with { RemoteUrl = _remote.Url("other.git"), Credentials = new StaticCredentials("eden", Password) });

        Assert.That(result.Push!.IsComplete, Is.EqualTo(sameFormat), result.Push.Failure);
        Assert.That(result.Push.Failure ?? "sha256", Does.Contain("sha256"));
    }

    [Test]
    public async Task A_remote_with_refs_of_its_own_is_left_alone_unless_forced_and_keeps_what_the_bundle_does_not_have([Values] bool overHttp)
    {
        var tree = await GitCli.RunAsync(RemotePath, "mktree");
        var theirs = await GitCli.RunAsync(RemotePath, "commit-tree", tree, "-m", "theirs");
        await GitCli.RunAsync(RemotePath, "update-ref", "refs/heads/main", theirs);
        await GitCli.RunAsync(RemotePath, "update-ref", "refs/heads/theirs", theirs);
        var url = overHttp ? _remote.Url("experiment.git") : RemotePath;

        var refused = await ImportAsync(options => options with { RemoteUrl = url });

        Assert.That(refused.Push!.IsComplete, Is.False);
        Assert.That(refused.Push.Failure, Does.Contain("not empty").And.Contain("git -C repo.git push --force "));
        Assert.That(await GitCli.RunAsync(RemotePath, "rev-parse", "main"), Is.EqualTo(theirs));

        var forced = await ImportAsync(options => options with { RemoteUrl = url, ForcePush = true });
        Assert.That(forced.Push!.IsComplete, forced.Push.Failure);
        Assert.That(await GitCli.RunAsync(RemotePath, "rev-parse", "main"), Is.EqualTo(_scene.Experiment.BaseCommit));
        Assert.That(await GitCli.RunAsync(RemotePath, "rev-parse", "theirs"), Is.EqualTo(theirs));
        await GitCli.RunAsync(RemotePath, "fsck", "--full");

        // And once more: there is nothing left to do.
        var again = await ImportAsync(options => options with { RemoteUrl = url, ForcePush = true });
        Assert.That(again.Push!.IsComplete, again.Push.Failure);
    }

    [Test]
    public async Task Refs_that_the_remote_refuses_are_listed()
    {
        await GitCli.RunAsync(RemotePath, "config", "receive.hideRefs", "refs/tags");

        var result = await ImportAsync(options => options with { RemoteUrl = _remote.Url("experiment.git") });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Push!.IsComplete, Is.False);
            Assert.That(result.Push.Refused.Single(), Does.StartWith("refs/tags/round-1 "));
            Assert.That(result.Push.Failure, Does.Contain("refused 1 of"));
            Assert.That(await GitCli.RunAsync(RemotePath, "rev-parse", "main"), Is.EqualTo(_scene.Experiment.BaseCommit));
        }
    }

    [TestCase("password")]
    [TestCase("forbidden")]
    [TestCase("gone")]
    [TestCase("down")]
    public async Task A_push_that_fails_leaves_the_import_done_and_says_how_to_finish(string fault)
    {
        var url = _remote.Url(fault == "gone" ? "nothing.git" : "experiment.git");
        _remote.Password = fault == "password" ? "another" : Password;
        _remote.ReceivePack = fault != "forbidden";
        if (fault == "down")
        {
            await _remote.DisposeAsync();
        }

        var database = await _scene.EmptyDatabaseAsync();
        var result = await _scene.Importer(database).ImportAsync(
            _scene.Open(), _scene.OptionsWithRepository() with { RemoteUrl = url, Credentials = new StaticCredentials("eden", Password) });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Push!.IsComplete, Is.False);
            Assert.That(result.Push.Failure, Does.Contain("are imported").And.Contain($"git -C {_scene.RepositoryPath} push {url} 'refs/heads/*:refs/heads/*' 'refs/tags/*:refs/tags/*'").And.Not.Contain(Password));
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM experiment WHERE imported_from IS NOT NULL"), Is.EqualTo(1));
            Assert.That(Directory.Exists(_scene.RepositoryPath));
            Assert.That(_scene.Log.Text, Does.Contain("1105"));
        }
    }

    [Test]
    public async Task Cancelled_after_the_commit_only_the_push_is_given_up()
    {
        using var cancellation = new CancellationTokenSource();
        _remote.OnRequest = _ => cancellation.CancelAsync();
        var database = await _scene.EmptyDatabaseAsync();

        var result = await _scene.Importer(database).ImportAsync(
            _scene.Open(), _scene.Options() with { RemoteUrl = _remote.Url("experiment.git"), Credentials = new StaticCredentials("eden", Password) }, cancellation.Token);

        Assert.That(result.Push!.Failure, Does.Contain("cancelled"));
        Assert.That(result.Credentials, Is.Not.Empty);
    }

    [Test]
    public void A_remote_that_no_push_can_reach_is_an_argument_mistake_before_anything_is_done()
        => Assert.That(() => ImportAsync(options => options with { RemoteUrl = "ssh://host/x.git" }), Throws.ArgumentException);

    private static Task<string> RefsAsync(string repository) => GitCli.RunAsync(repository, "for-each-ref", "--format=%(objectname) %(refname)");

    private async Task<CheckpointImportResult> ImportAsync(Func<CheckpointImportOptions, CheckpointImportOptions> change)
        => await _scene.Importer(await _scene.EmptyDatabaseAsync())
            .ImportAsync(_scene.Open(), change(_scene.Options() with { Credentials = new StaticCredentials("eden", Password) }));
}
