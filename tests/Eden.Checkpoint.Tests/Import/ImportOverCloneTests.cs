using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Import;
using Eden.Checkpoint.Model;
using Eden.Checkpoint.Repositories;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>Imports into a repository path at which something is already: the clone that exports keep gives way together with the commit, and nothing else does.</summary>
[TestFixture]
public class ImportOverCloneTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";
    private ImportScene _scene = null!;
    private TempFolder _folder = null!;

    private string Remote => _folder["remote.git"];

    private string Clone => _folder["place/clone.git"];

    [OneTimeSetUp]
    public async Task SetUpScene() => _scene = await ImportScene.CreateAsync(variants: 6);

    [OneTimeTearDown]
    public async Task TearDownScene() => await _scene.DisposeAsync();

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder["place"]);
        await GitCli.RunAsync(_folder.Path, "init", "-q", "--bare", "--initial-branch=main", "remote.git");
    }

    [TearDown]
    public void TearDown()
    {
        _scene.AssertNothingTemporary();
        _folder.Dispose();
    }

    [Test]
    public async Task A_clone_gives_way_to_the_repository_and_the_next_export_has_what_was_imported([Values] bool onVolume)
    {
        await using var volume = onVolume ? await MountAsync() : null;
        await LocalClone.EnsureAsync(Clone, Remote);

        var database = await _scene.ReceiverAsync(Receiver);
        var result = await _scene.Importer(database).ImportAsync(_scene.Open(), Options());

        await GitCli.RunAsync(Clone, "fsck", "--full", "--strict");
        var exported = await new CheckpointExporter(_scene.Store(database), new RemoteRepoBundleProvider(Clone, Remote)).ExportAsync(_folder["again.tar"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Push!.IsComplete, result.Push.Failure);
            Assert.That(result.RepositoryPath, Is.EqualTo(Clone));
            Assert.That(await GitCli.RunAsync(Clone, "rev-parse", "main"), Is.EqualTo(_scene.Experiment.BaseCommit));
            Assert.That(exported.IsResumable);
            AssertNothingIsLeft();
            Assert.That(_scene.Log.Text, Does.Contain("gives way to the repository of the import"));
        }
    }

    [Test]
    public async Task What_only_the_remote_has_stays_there_and_the_result_says_what_was_not_pushed()
    {
        var theirs = await CommitAsync();
        await LocalClone.EnsureAsync(Clone, Remote);

        var result = await _scene.Importer(await _scene.ReceiverAsync(Receiver)).ImportAsync(_scene.Open(), Options());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Push!.IsComplete, Is.False);
            Assert.That(await GitCli.RunAsync(Remote, "rev-parse", "main"), Is.EqualTo(theirs));
            Assert.That(await GitCli.RunAsync(Clone, "rev-parse", "main"), Is.EqualTo(_scene.Experiment.BaseCommit));
            AssertNothingIsLeft();
        }
    }

    [Test]
    public async Task A_fault_brings_the_clone_back_as_it_was([ValueSource(typeof(StagedStore), nameof(StagedStore.Stages))] string stage)
        => await AssertComesBackAsync(stage);

    [Test]
    public async Task A_fault_brings_the_clone_on_a_volume_of_its_own_back_as_it_was([Values("Begin", "Commit")] string stage)
    {
        await using var volume = await MountAsync();
        await AssertComesBackAsync(stage);
    }

    [Test]
    public async Task A_volume_that_has_only_what_file_systems_put_there_counts_as_empty()
    {
        Directory.CreateDirectory(Path.Combine(Clone, "lost+found"));

        await _scene.Importer(await _scene.ReceiverAsync(Receiver)).ImportAsync(_scene.Open(), Options());

        await GitCli.RunAsync(Clone, "fsck", "--full");
        Assert.That(Directory.Exists(Path.Combine(Clone, "lost+found")));
    }

    [Test]
    public async Task No_sync_works_on_the_clone_while_the_import_is_committed_and_the_store_waits_for_none()
    {
        await LocalClone.EnsureAsync(Clone, Remote);
        var sync = await LocalClone.HoldOffSyncsAsync(Clone, TimeProvider.System, CancellationToken.None);
        var isSyncOver = false;
        var seen = new List<string>();
        var store = new StagedStore(_scene.Store(await _scene.ReceiverAsync(Receiver)), async (stage, _) =>
        {
            seen.Add($"{stage} after the sync: {isSyncOver}");
            if (LocalClone.TryHoldOffSyncs(Clone) is { } taken)
            {
                await taken.DisposeAsync();
                seen.Add($"{stage} holds nobody off");
            }
        });

        // The first that the import is seen to do after it has restored the repository is to ask for the lock.
        var import = _scene.Importer(store).ImportAsync(_scene.Open(), Options());
        isSyncOver = true;
        await sync.DisposeAsync();
        await import;

        Assert.That(seen, Has.All.EndsWith("after the sync: True").And.Some.StartsWith("Commit "));
    }

    public static IEnumerable<TestCaseData> Strangers()
    {
        static TestCaseData Case(string name, string told, Func<ImportOverCloneTests, Task> make) => new TestCaseData(make, told).SetName($"What_is_not_our_clone_is_never_touched: {name}");

        yield return Case("a file", "there is a file", test => File.WriteAllTextAsync(test.Clone, "mine"));
        yield return Case("a pipe", "a device, a pipe or a socket", test => RunAsync("mkfifo", test.Clone));
        yield return Case("a file in the way", "a file in the way", test =>
        {
            Directory.Delete(test._folder["place"]);
            return File.WriteAllTextAsync(test._folder["place"], "mine");
        });
        yield return Case("a folder with something in it", "a folder that has something in it", test => File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(test.Clone).FullName, "mine"), ""));
        yield return Case("a bare repository", "a repository that is no clone of ours", test => GitCli.RunAsync(test._folder.Path, "init", "-q", "--bare", test.Clone));
        yield return Case("a working copy", "a folder that has something in it", test => GitCli.RunAsync(test._folder.Path, "init", "-q", test.Clone));
        yield return Case("a clone with branches of its own", "a repository that is no clone of ours", test => GitCli.RunAsync(test._folder.Path, "clone", "-q", "--bare", test.Remote, test.Clone));
        yield return Case("a clone of another remote", "another remote", async test =>
        {
            await GitCli.RunAsync(test._folder.Path, "init", "-q", "--bare", "other.git");
            await LocalClone.EnsureAsync(test.Clone, test._folder["other.git"]);
        });
    }

    [TestCaseSource(nameof(Strangers))]
    public async Task What_is_not_our_clone_is_never_touched(object make, string told)
    {
        await ((Func<ImportOverCloneTests, Task>)make)(this);
        var before = Tree(_folder["place"]);
        var database = await _scene.ReceiverAsync(Receiver);
        var rows = await ImportTargetTests.DumpAsync(database);

        var failure = await Assert.ThrowsAsync<ExperimentIdConflictException>(() => _scene.Importer(database).ImportAsync(_scene.Open(), Options()));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failure!.Message, Does.Contain(told).And.Contain($"'{Clone}', the repository path of this receiver").And.Contain("Move away"));
            Assert.That(Tree(_folder["place"]), Is.EqualTo(before));
            Assert.That(await ImportTargetTests.DumpAsync(database), Is.EqualTo(rows));
        }
    }

    [Test]
    public async Task What_a_killed_import_set_aside_comes_back_when_the_store_says_that_it_did_not_take_place([Values(0, 1, 3, 5, 99)] int moved, [Values] bool broughtIn)
    {
        await LocalClone.EnsureAsync(Clone, Remote);
        var before = Tree(Clone);
        LeaveAsKilled(moved, broughtIn);
        var provider = new RemoteRepoBundleProvider(Clone, Remote);
        Assert.That(
            () => provider.CreateBundleAsync(new RepoBundleRequest(Receiver, DateTimeOffset.UnixEpoch)),
            Throws.InstanceOf<CheckpointRepoUnavailableException>().With.Message.Contains("import again"));

        await FailAsync("Commit");

        Assert.That(Tree(Clone), Is.EqualTo(before));
        await LocalClone.EnsureAsync(Clone, Remote);
    }

    [Test]
    public async Task What_a_killed_import_set_aside_goes_when_the_store_says_that_it_took_place([Values("import", "export")] string by)
    {
        await LocalClone.EnsureAsync(Clone, Remote);
        var database = await _scene.ReceiverAsync(Receiver);
        var first = await _scene.Importer(database).ImportAsync(_scene.Open(), Options());
        var replaced = Directory.CreateDirectory(Path.Combine(Clone, UnfinishedImport.ReplacedName));
        await File.WriteAllTextAsync(Path.Combine(replaced.FullName, "HEAD"), "ref: refs/heads/main\n");
        UnfinishedImport.Mark(Clone, ImportProvenance.Of(first.Manifest)).Dispose();

        if (by == "import")
        {
            await Assert.ThrowsAsync<ExperimentIdConflictException>(() => _scene.Importer(database).ImportAsync(_scene.Open(), Options()));
        }
        else
        {
            var exported = await new CheckpointExporter(_scene.Store(database), new RemoteRepoBundleProvider(Clone, Remote)).ExportAsync(_folder["again.tar"]);
            Assert.That(exported.IsResumable);
        }

        AssertNothingIsLeft();
        await GitCli.RunAsync(Clone, "fsck", "--full");
    }

    [Test]
    public async Task A_repository_whose_import_is_not_settled_is_not_bundled_as_it_is()
    {
        var provider = new LocalRepoBundleProvider(Clone);
        var database = await _scene.ReceiverAsync(Receiver);
        var first = await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options() with { RepositoryPath = Clone });
        UnfinishedImport.Mark(Clone, ImportProvenance.Of(first.Manifest)).Dispose();

        Assert.That(
            () => provider.CreateBundleAsync(new RepoBundleRequest(Receiver, DateTimeOffset.UnixEpoch)),
            Throws.InstanceOf<CheckpointRepoUnavailableException>().With.Message.Contains("import again"));
        var exported = await new CheckpointExporter(_scene.Store(database), provider).ExportAsync(_folder["again.tar"]);

        Assert.That(exported.IsResumable);
        AssertNothingIsLeft();
    }

    private CheckpointImportOptions Options() => _scene.Options() with { RepositoryPath = Clone, RemoteUrl = Remote };

    private async Task AssertComesBackAsync(string stage)
    {
        await CommitAsync();
        await LocalClone.EnsureAsync(Clone, Remote);
        var before = Tree(Clone);

        await FailAsync(stage);

        Assert.That(Tree(Clone), Is.EqualTo(before));
        await GitCli.RunAsync(Clone, "fsck", "--full");
        var next = await LocalClone.EnsureAsync(Clone, Remote);
        Assert.That((next.WasCreated, next.RefCount), Is.EqualTo((false, 1)));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["place"]).Select(Path.GetFileName), Is.SubsetOf(new[] { "clone.git", "clone.git.sync-lock" }));
    }

    private async Task FailAsync(string stage)
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var store = new StagedStore(_scene.Store(database), (reached, _) => reached == stage ? throw new IOException("struck") : Task.CompletedTask);
        await Assert.ThrowsAsync<IOException>(() => _scene.Importer(store).ImportAsync(_scene.Open(), Options()));
    }

    /// <summary>Leaves the clone's folder as a process does that is killed after it has moved some things.</summary>
    private void LeaveAsKilled(int moved, bool broughtIn)
    {
        var entries = FilledFolder.Entries(Clone).Reverse().ToArray();
        var returning = Directory.CreateDirectory(Path.Combine(Clone, UnfinishedImport.ReturningName)).FullName;
        UnfinishedImport.Mark(Clone, new ImportProvenance("2026-01-01T00:00:00Z", "1", Receiver)).Dispose();
        foreach (var entry in broughtIn ? entries : entries.Take(moved))
        {
            Directory.Move(entry, Path.Combine(returning, Path.GetFileName(entry)));
        }

        if (broughtIn)
        {
            Directory.Move(returning, Path.Combine(Clone, UnfinishedImport.ReplacedName));
            foreach (var name in ((string[])["config", "objects", "packed-refs", "refs", "HEAD"]).Take(moved))
            {
                Directory.CreateDirectory(Path.Combine(Clone, name));
            }
        }
    }

    private async Task<string> CommitAsync()
    {
        var commit = await GitCli.RunAsync(Remote, "commit-tree", await GitCli.RunAsync(Remote, "mktree"), "-m", "theirs");
        await GitCli.RunAsync(Remote, "update-ref", "refs/heads/main", commit);
        return commit;
    }

    private void AssertNothingIsLeft()
        => Assert.That(Directory.EnumerateFileSystemEntries(Clone).Select(Path.GetFileName), Has.None.StartsWith("eden-import-").And.None.StartsWith("eden-checkpoint-0").And.None.StartsWith("lost"));

    private async Task<SmallDisk> MountAsync()
    {
        Directory.CreateDirectory(Clone);
        return await SmallDisk.MountAsync(Clone, "16m");
    }

    /// <summary>Lists everything below a path with its content.</summary>
    private static string[] Tree(string path)
        => File.Exists(path) ? [File.ReadAllText(path)]
            : [.. Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(entry => $"{Path.GetRelativePath(path, entry)} {(Directory.Exists(entry) || new FileInfo(entry).Length == 0 ? "" : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(entry))))}")];

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, program);
    }
}
