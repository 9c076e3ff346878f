using Eden.Git.Tests.Sync;
using Eden.Checkpoint.Tests.Import;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.Shared;

/// <summary>Repositories and clones at paths that lead through links, by several names, or have the longest names.</summary>
[TestFixture]
[Platform("Linux")]
public class RepositoryPlaceTests
{
    private static readonly string s_longest = new string('r', 251) + ".git";

    [TestCase("volume/exp.git", "exp.git", TestName = "A link to a repository that is not there yet")]
    [TestCase("volume", "volume-link/exp.git", TestName = "A link on the way")]
    [TestCase("volume/empty.git", "exp.git", TestName = "A link to an empty folder")]
    public async Task A_clone_at_a_linked_path_lands_on_the_volume_that_the_link_names(string target, string path)
    {
        await using var scene = await RemoteScene.CreateAsync();
        Directory.CreateDirectory(scene.Folder["volume/empty.git"]);
        await using var volume = await SmallDisk.MountAsync(scene.Folder["volume"], "8m");
        Directory.CreateDirectory(scene.Folder["volume/empty.git"]);
        Directory.CreateDirectory(scene.Folder["links"]);
        var link = Path.Combine(scene.Folder["links"], path.Split('/')[0]);
        Directory.CreateSymbolicLink(link, scene.Folder[target]);
        var linked = Path.Combine(scene.Folder["links"], path);

        var first = await LocalClone.EnsureAsync(linked, scene.Url, scene.Options);
        await scene.CommitAsync("third");
        await scene.PushAsync();
        var second = await LocalClone.EnsureAsync(linked, scene.Url, scene.Options);

        Assert.That(first.WasCreated && !second.WasCreated);
        Assert.That(Directory.GetFileSystemEntries(scene.Folder["links"]), Is.EqualTo(new[] { link }), "nothing is beside the link");
        Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo(scene.Folder[target]));
        Assert.That(await RemoteScene.RefsAsync(linked), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
    }

    [Test]
    public async Task A_link_and_what_it_leads_to_share_one_lock()
    {
        await using var scene = await RemoteScene.CreateAsync();
        Directory.CreateDirectory(scene.Folder["clones"]);
        Directory.CreateSymbolicLink(scene.Folder["link.git"], "clones/exp.git");

        await using (await LocalClone.HoldOffSyncsAsync(scene.Clone, TimeProvider.System, CancellationToken.None))
        {
            using var cancellation = new CancellationTokenSource();
            var waiting = LocalClone.EnsureAsync(scene.Folder["link.git"], scene.Url, scene.Options, cancellation.Token);
            await cancellation.CancelAsync();
            await Assert.ThatAsync(() => waiting, Throws.InstanceOf<OperationCanceledException>());
            Assert.That(scene.Http.Requests, Is.Zero);
        }

        // At once in one process, they share one sync.
        var results = await Task.WhenAll(LocalClone.EnsureAsync(scene.Folder["link.git"], scene.Url, scene.Options), scene.SyncAsync());
        Assert.That(results.Count(result => result.WasCreated), Is.GreaterThanOrEqualTo(1));
        await scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task A_volume_that_is_mounted_at_two_places_has_one_lock()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["here/exp.git"]);
        Directory.CreateDirectory(folder["there/repo"]);
        await using var shown = await SmallDisk.ShowAsync(folder["here/exp.git"], folder["there/repo"]);

        await using (await LocalClone.HoldOffSyncsAsync(folder["here/exp.git"], TimeProvider.System, CancellationToken.None))
        {
            Assert.That(LocalClone.TryHoldOffSyncs(folder["there/repo"]), Is.Null);
        }

        await using var free = LocalClone.TryHoldOffSyncs(folder["there/repo"]);
        Assert.That(free, Is.Not.Null);
        Assert.That(Directory.GetFileSystemEntries(folder["here/exp.git"]), Is.Empty, "nothing is put into a folder that may be somebody else's");
    }

    [Test]
    public async Task Links_that_go_round_in_a_circle_are_told()
    {
        using var folder = new TempFolder();
        Directory.CreateSymbolicLink(folder["a"], folder["b"]);
        Directory.CreateSymbolicLink(folder["b"], folder["a"]);

        await Assert.ThatAsync(
            () => LocalClone.EnsureAsync(folder["a"], "https://git.example.org/exp.git"), Throws.InstanceOf<GitException>().With.Message.Contains("circle"));
    }

    [Test]
    public async Task A_clone_may_have_the_longest_name()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var clone = Path.Combine(scene.Folder["clones"], s_longest);

        await LocalClone.EnsureAsync(clone, scene.Url, scene.Options);
        await scene.CommitAsync("third");
        await scene.PushAsync();

        // As a sync leaves it that was killed while it made the clone anew.
        var lockFile = Path.GetFileName(Directory.GetFiles(scene.Folder["clones"]).Single());
        var leftover = Path.Combine(scene.Folder["clones"], lockFile.Replace(".sync-lock", ".sync-", StringComparison.Ordinal) + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(leftover);
        await LocalClone.EnsureAsync(clone, scene.Url, scene.Options);

        Assert.That(await RemoteScene.RefsAsync(clone), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
        Assert.That(Directory.GetFileSystemEntries(scene.Folder["clones"]).Select(Path.GetFileName), Is.EquivalentTo([s_longest, lockFile]));
    }

    [Test]
    public async Task A_sync_does_not_take_the_staging_of_another_clone_for_its_own_whatever_its_name()
    {
        await using var scene = await RemoteScene.CreateAsync();
        Directory.CreateDirectory(scene.Folder["clones"]);
        var others = scene.Folder["clones/other.git.sync-" + Guid.NewGuid().ToString("N")];
        Directory.CreateDirectory(others);

        await LocalClone.EnsureAsync(scene.Folder["clones/*"], scene.Url, scene.Options);

        Assert.That(Directory.Exists(others), Is.True);
    }

    [Test]
    public async Task An_import_restores_the_repository_on_the_volume_that_a_link_names()
    {
        await using var scene = await ImportScene.CreateAsync(variants: 3);
        Directory.CreateDirectory(scene["volume"]);
        await using (await SmallDisk.MountAsync(scene["volume"], "8m"))
        {
            Directory.CreateSymbolicLink(scene.RepositoryPath, scene["volume/repositories/exp.git"]);

            var result = await scene.Importer(await scene.EmptyDatabaseAsync()).ImportAsync(scene.Open(), scene.OptionsWithRepository());

            Assert.That(new FileInfo(scene.RepositoryPath).LinkTarget, Is.EqualTo(scene["volume/repositories/exp.git"]));
            Assert.That(result.RepositoryPath, Is.EqualTo(scene["volume/repositories/exp.git"]));
            Assert.That(Directory.GetFileSystemEntries(scene["volume/repositories"]).Select(Path.GetFileName), Is.EqualTo(new[] { "exp.git" }));
            await GitCli.RunAsync(scene.RepositoryPath, "-c", "safe.directory=*", "fsck", "--full", "--strict");
            scene.AssertNothingTemporary();
        }
    }

    [TestCase(false, false, TestName = "An import fills a volume that is mounted at the repository's path")]
    [TestCase(true, false, TestName = "An import fills a volume that a link leads to")]
    [TestCase(false, true, TestName = "An import fills a folder of the same volume that is mounted there")]
    public async Task An_import_fills_what_is_mounted_at_its_path(bool isLinked, bool isShown)
    {
        await using var scene = await ImportScene.CreateAsync(variants: 12);
        Directory.CreateDirectory(scene["volume"]);
        Directory.CreateDirectory(scene["elsewhere"]);
        await using var volume = isShown ? await SmallDisk.ShowAsync(scene["elsewhere"], scene["volume"]) : await SmallDisk.MountAsync(scene["volume"], "8m");
        Directory.CreateDirectory(scene["volume/lost+found"]);
        if (isLinked)
        {
            Directory.CreateSymbolicLink(scene.RepositoryPath, scene["volume"]);
        }

        var database = await scene.EmptyDatabaseAsync();
        var options = scene.Options() with { RepositoryPath = isLinked ? scene.RepositoryPath : scene["volume"] };

        // An import that fails at the last moment leaves the volume as it was.
        var struck = new StagedStore(scene.Store(database), (stage, _) => stage == "Commit" ? throw new IOException("struck") : Task.CompletedTask);
        await Assert.ThatAsync(() => scene.Importer(struck).ImportAsync(scene.Open(), options), Throws.InstanceOf<IOException>().With.Message.EqualTo("struck"));
        Assert.That(Names(), Is.EqualTo(new[] { "lost+found" }));

        // So does one that was killed, once the next comes.
        Directory.CreateDirectory(scene["volume/objects"]);
        await File.WriteAllTextAsync(scene["volume/config"], "half");
        await File.WriteAllTextAsync(scene["volume/eden-import-unfinished"], "{}");
        await scene.Importer(database).ImportAsync(scene.Open(), options);

        Assert.That(scene.Log.Text, Does.Contain("Removed the repository of an import that did not take place"));
        Assert.That(Names(), Is.EquivalentTo(["HEAD", "config", "lost+found", "objects", "packed-refs", "refs"]));
        await GitCli.RunAsync(scene["volume"], "-c", "safe.directory=*", "fsck", "--full", "--strict");
        scene.AssertNothingTemporary();

        string?[] Names() => [.. Directory.GetFileSystemEntries(scene["volume"]).Select(Path.GetFileName)];
    }

    [Test]
    public async Task A_bundle_is_restored_to_a_volume_that_is_mounted_there_and_never_over_what_is_on_it()
    {
        using var folder = new TempFolder();
        await SyntheticExperiment.CreateAsync(folder["source.git"], variants: 3);
        await GitBundle.CreateAsync(folder["source.git"], folder["x.bundle"]);
        using var bundle = RepoBundle.FromFile(folder["x.bundle"]);
        Directory.CreateDirectory(folder["volume"]);
        await using var volume = await SmallDisk.MountAsync(folder["volume"], "8m");

        await GitBundle.RestoreAsync(bundle.FilePath!, folder["volume"]);

        await GitCli.RunAsync(folder["volume"], "-c", "safe.directory=*", "fsck", "--full", "--strict");
        var names = Directory.GetFileSystemEntries(folder["volume"]);
        await Assert.ThatAsync(() => GitBundle.RestoreAsync(bundle.FilePath!, folder["volume"]), Throws.InstanceOf<IOException>().With.Message.Contains("something at"));
        Assert.That(Directory.GetFileSystemEntries(folder["volume"]), Is.EquivalentTo(names));
    }

    [Test]
    public async Task An_import_may_restore_a_repository_of_the_longest_name()
    {
        await using var scene = await ImportScene.CreateAsync(variants: 3);
        var path = Path.Combine(scene["repositories"], s_longest);

        await scene.Importer(await scene.EmptyDatabaseAsync()).ImportAsync(scene.Open(), scene.Options() with { RepositoryPath = path });

        await GitCli.RunAsync(path, "fsck", "--full", "--strict");
        Assert.That(Directory.GetFileSystemEntries(scene["repositories"]), Is.EqualTo(new[] { path }));
    }
}
