using Eden.Git.Tests.Creation;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>Packs that hold an object more than once. Git takes them, and keeps both copies in its clones: so do we, and can bundle them again.</summary>
[TestFixture]
internal sealed class DuplicateObjectTests
{
    [TestCaseSource(typeof(DuplicateBundles), nameof(DuplicateBundles.Shapes))]
    public async Task A_repository_of_such_a_pack_is_bundled_again_with_each_object_once(string shape)
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["twice.bundle"], DuplicateBundles.Make(shape));
        using var bundle = BundleFile.At(folder["twice.bundle"]);
        var restored = (await GitBundle.RestoreAsync(bundle, folder["ours.git"])).RepositoryPath;
        await GitCli.RunAsync(restored, "fsck", "--full", "--strict");
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--mirror", "twice.bundle", "git.git");
        foreach (var repository in (string[])[restored, folder["git.git"]])
        {
            var again = folder[$"{Path.GetFileName(repository)}.bundle"];
            var result = await BundleOracle.CreateAsync(repository, again);
            Assert.That(result.ObjectCount, Is.EqualTo(4));
            using var created = BundleFile.At(again);
            var report = await GitBundle.VerifyAsync(created);
            Assert.That(report.Faults, Is.Empty);
            Assert.That(report.Warnings, Is.Empty);
            var clone = await BundleOracle.CloneAsync(folder, repository, again);
            Assert.That(
                await BundleOracle.LinesAsync(clone, "cat-file", "--batch-all-objects", "--batch-check"),
                Is.EqualTo(await BundleOracle.LinesAsync(repository, "cat-file", "--batch-all-objects", "--batch-check")));
        }
    }
}
