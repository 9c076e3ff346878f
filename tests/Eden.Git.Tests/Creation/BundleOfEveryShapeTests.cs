using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Creation;

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

        var result = await BundleOracle.CreateAsync(repository, bundle);

        await GitCli.RunAsync(repository, "bundle", "create", "-q", folder["theirs.bundle"], "--all");
        var heads = await BundleOracle.LinesAsync(repository, "bundle", "list-heads", bundle);
        var reachable = await BundleOracle.LinesAsync(repository, "--no-replace-objects", "rev-list", "--objects", "--no-object-names", "--all");
        var clone = await BundleOracle.CloneAsync(folder, repository, bundle);
        using var ours = BundleFile.At(bundle);
        var report = await GitBundle.VerifyAsync(ours);
        var quick = await GitBundle.VerifyAsync(ours, new GitBundleVerifyOptions { Depth = GitVerification.Commits });
        var restored = (await GitBundle.RestoreAsync(ours, folder["restored.git"])).RepositoryPath;
        await GitCli.RunAsync(restored, "fsck", "--full", "--no-dangling");
        var restoredObjects = await BundleOracle.LinesAsync(restored, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)");
        await GitCli.RunAsync(restored, "gc", "-q");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(heads, Is.EquivalentTo(await BundleOracle.LinesAsync(repository, "bundle", "list-heads", folder["theirs.bundle"])));
            Assert.That(await BundleOracle.LinesAsync(clone, "for-each-ref"), Is.EqualTo(await BundleOracle.LinesAsync(repository, "for-each-ref")));
            Assert.That(
                await BundleOracle.LinesAsync(clone, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"),
                Is.EqualTo(reachable.Order(StringComparer.Ordinal)));
            Assert.That(report.Faults, Is.Empty);
            Assert.That(quick.Faults, Is.Empty);
            Assert.That(restoredObjects, Is.EqualTo(reachable.Order(StringComparer.Ordinal)));
            Assert.That(await BundleOracle.LinesAsync(restored, "for-each-ref"), Is.EqualTo(await BundleOracle.LinesAsync(clone, "for-each-ref")), "after a gc, which must find everything in order");
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
        await BundleOracle.CreateAsync(repository, folder["bundle"]);

        var heads = await BundleOracle.LinesAsync(repository, "bundle", "list-heads", folder["bundle"]);

        Assert.That(heads[^1], Does.EndWith(" HEAD"));
    }

    [Test]
    public async Task A_bundle_of_the_same_repository_has_the_same_bytes()
    {
        using var folder = new TempFolder();
        var repository = await RepositoryShapes.BuildAsync("duplicates across packs", folder);
        await BundleOracle.CreateAsync(repository, folder["first"]);
        await BundleOracle.CreateAsync(repository, folder["second"]);

        Assert.That(File.ReadAllBytes(folder["second"]), Is.EqualTo(File.ReadAllBytes(folder["first"])));
    }

    [Test]
    public async Task A_dangling_symbolic_ref_is_left_out_with_a_warning()
    {
        using var folder = new TempFolder();
        var repository = await RepositoryShapes.BuildAsync("symbolic refs", folder);

        var result = await BundleOracle.CreateAsync(repository, folder["bundle"]);

        Assert.That(result.Warnings, Has.Exactly(1).Contains("refs/remotes/origin/HEAD").And.Exactly(1).Contains("refs/remotes/origin/gone"));
    }
}
