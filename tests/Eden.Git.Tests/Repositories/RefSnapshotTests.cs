using System.Text;
using Eden.Git.Tests.Creation;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git.Repositories;

namespace Eden.Git.Tests.Repositories;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class RefSnapshotTests
{
    [Test]
    public async Task Thousands_of_loose_and_packed_refs_are_the_ones_that_git_lists()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        var main = await GitCli.RunAsync(path, "rev-parse", "main");
        await UpdateAsync(path, main, Enumerable.Range(0, 1500).Select(number => $"refs/heads/work/{number % 37}/v{number}"));
        await GitCli.RunAsync(path, "pack-refs", "--all");
        await UpdateAsync(path, main, Enumerable.Range(1000, 1500).Select(number => $"refs/heads/work/{number % 41}-x/v{number}"));

        var snapshot = RefSnapshot.Read(RepositoryLayout.Open(path), CancellationToken.None);

        var listed = await GitCli.RunAsync(path, "for-each-ref", "--format=%(objectname) %(refname)");
        Assert.That(
            snapshot.Tips.Select(tip => $"{tip.Target} {tip.Name}"),
            Is.EqualTo(listed.Split('\n').Append($"{main} HEAD")));
    }

    [Test]
    public async Task Sixty_thousand_loose_refs_are_all_in_the_bundle()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        var main = await GitCli.RunAsync(path, "rev-parse", "main");
        await UpdateAsync(path, main, Enumerable.Range(0, 60_000).Select(number => $"refs/heads/work/{number}"));

        var result = await BundleOracle.CreateAsync(path, folder["many.bundle"]);

        Assert.That(result.RefCount, Is.EqualTo(60_004), "main, side, v1 and HEAD too");
        Assert.That(
            (await BundleOracle.LinesAsync(path, "bundle", "list-heads", folder["many.bundle"]))[..^1],
            Is.EqualTo(await BundleOracle.LinesAsync(path, "for-each-ref", "--format=%(objectname) %(refname)")));
    }

    [Test]
    public async Task Lock_files_and_hidden_files_are_no_refs()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        var before = RefSnapshot.Read(RepositoryLayout.Open(path), CancellationToken.None).Tips;
        File.WriteAllText(Path.Combine(path, "refs", "heads", "main.lock"), "");
        File.WriteAllText(Path.Combine(path, "refs", "heads", ".hidden"), "x");

        Assert.That(RefSnapshot.Read(RepositoryLayout.Open(path), CancellationToken.None).Tips, Is.EqualTo(before));
    }

    [Test]
    public async Task A_ref_file_with_an_illegal_name_is_refused()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder, "--bare");
        File.Copy(Path.Combine(path, "refs", "heads", "main"), Path.Combine(path, "refs", "heads", "a..b"));

        Assert.That(
            () => RefSnapshot.Read(RepositoryLayout.Open(path), CancellationToken.None),
            Throws.InstanceOf<GitException>().With.Message.Contains("refs/heads/a..b"));
    }

    private static Task<byte[]> UpdateAsync(string path, string target, IEnumerable<string> names)
        => GitCli.RunWithInputAsync(
            path, Encoding.UTF8.GetBytes(string.Concat(names.Select(name => $"create {name} {target}\n"))), "update-ref", "--stdin");
}
