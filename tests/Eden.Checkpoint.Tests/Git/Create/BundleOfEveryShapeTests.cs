using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.Git.Create;

/// <summary>Real git decides: it lists, clones and checks what we wrote.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class BundleOfEveryShapeTests
{
    [Test]
    public async Task Git_and_we_restore_every_ref_and_exactly_the_reachable_objects(
        [ValueSource(typeof(RepositoryShapes), nameof(RepositoryShapes.All))] string shape)
    {
        using var folder = new TempFolder();
        var repository = await RepositoryShapes.BuildAsync(shape, folder);
        var bundle = folder["ours.bundle"];

        var result = await CreateAsync(repository, bundle);

        await GitCli.RunAsync(repository, "bundle", "create", "-q", folder["theirs.bundle"], "--all");
        var heads = await LinesAsync(repository, "bundle", "list-heads", bundle);
        var reachable = await LinesAsync(repository, "--no-replace-objects", "rev-list", "--objects", "--no-object-names", "--all");
        var clone = await CloneAsync(folder, repository, bundle);
        using var ours = RepoBundle.FromFile(bundle);
        var report = await GitBundle.VerifyAsync(ours);
        var quick = await GitBundle.VerifyAsync(ours, new GitBundleVerifyOptions { Depth = BundleVerification.Commits });
        var restored = (await GitBundle.RestoreAsync(ours, folder["restored.git"])).RepositoryPath;
        await GitCli.RunAsync(restored, "fsck", "--full", "--no-dangling");
        var restoredObjects = await LinesAsync(restored, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)");
        await GitCli.RunAsync(restored, "gc", "-q");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(heads, Is.EquivalentTo(await LinesAsync(repository, "bundle", "list-heads", folder["theirs.bundle"])));
            Assert.That(await LinesAsync(clone, "for-each-ref"), Is.EqualTo(await LinesAsync(repository, "for-each-ref")));
            Assert.That(
                await LinesAsync(clone, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"),
                Is.EqualTo(reachable.Order(StringComparer.Ordinal)));
            Assert.That(report.Violations, Is.Empty);
            Assert.That(quick.Violations, Is.Empty);
            Assert.That(restoredObjects, Is.EqualTo(reachable.Order(StringComparer.Ordinal)));
            Assert.That(await LinesAsync(restored, "for-each-ref"), Is.EqualTo(await LinesAsync(clone, "for-each-ref")), "after a gc, which must find everything in order");
            Assert.That(result.RefCount, Is.EqualTo(heads.Length));
            Assert.That(result.ObjectCount, Is.EqualTo(reachable.Length));
            Assert.That(result.Length, Is.EqualTo(new FileInfo(bundle).Length));
        }
    }

    [Test]
    public async Task HEAD_is_the_last_ref_when_it_resolves()
    {
        using var folder = new TempFolder();
        var repository = await RepositoryShapes.BuildAsync("bare, one pack, packed refs", folder);
        await CreateAsync(repository, folder["bundle"]);

        var heads = await LinesAsync(repository, "bundle", "list-heads", folder["bundle"]);

        Assert.That(heads[^1], Does.EndWith(" HEAD"));
    }

    [Test]
    public async Task A_bundle_of_the_same_repository_has_the_same_bytes()
    {
        using var folder = new TempFolder();
        var repository = await RepositoryShapes.BuildAsync("duplicates across packs", folder);
        await CreateAsync(repository, folder["first"]);
        await CreateAsync(repository, folder["second"]);

        Assert.That(File.ReadAllBytes(folder["second"]), Is.EqualTo(File.ReadAllBytes(folder["first"])));
    }

    [Test]
    public async Task A_dangling_symbolic_ref_is_left_out_with_a_warning()
    {
        using var folder = new TempFolder();
        var repository = await RepositoryShapes.BuildAsync("symbolic refs", folder);

        var result = await CreateAsync(repository, folder["bundle"]);

        Assert.That(result.Warnings, Has.Exactly(1).Contains("refs/remotes/origin/HEAD").And.Exactly(1).Contains("refs/remotes/origin/gone"));
    }

    internal static async Task<GitBundleCreateResult> CreateAsync(string repository, string bundle, GitBundleCreateOptions? options = null)
    {
        await using var file = new FileStream(bundle, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
        return await GitBundle.CreateAsync(repository, file, options);
    }

    /// <summary>Restores a bundle as a mirror and has git check every object of it.</summary>
    internal static async Task<string> CloneAsync(TempFolder folder, string repository, string bundle)
    {
        var clone = folder[$"clone-{Path.GetFileName(bundle)}"];
        if (await GitCli.RunAsync(repository, "rev-parse", "--show-object-format") == "sha1")
        {
            await GitCli.RunAsync(folder.Path, "clone", "-q", "--mirror", bundle, clone);
        }
        else
        {
            // git clone itself does not look at a bundle's object format before it makes the repository.
            await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "--object-format=sha256", clone);
            await GitCli.RunAsync(clone, "fetch", "-q", bundle, "+refs/*:refs/*");
        }

        await GitCli.RunAsync(clone, "fsck", "--full", "--no-dangling");
        return clone;
    }

    internal static async Task<string[]> LinesAsync(string directory, params string[] command)
        => (await GitCli.RunAsync(directory, command)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
