using Eden.Git.Tests.Sync;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Repositories;

/// <summary>Bundles of a repository as it lies there.</summary>
[TestFixture]
[Category("RealGit")]
public class LocalRepoBundleProviderTests
{
    private TempFolder _folder = null!;

    private static RepoBundleRequest Request => new("exp_1", DateTimeOffset.UnixEpoch);

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_deleted_work_branch_makes_an_export_fail_unless_it_shall_be_restored_from_its_commit()
    {
        var experiment = await SyntheticExperiment.CreateAsync(_folder["repo.git"]);
        var branch = SyntheticLineage.WorkBranch(0);
        await GitCli.RunAsync(_folder["repo.git"], "update-ref", "-d", $"refs/heads/{branch}");
        var refusing = new CheckpointExporter(experiment.ToInMemoryStore(), new LocalRepoBundleProvider(_folder["repo.git"]));
        var restoring = new CheckpointExporter(
            experiment.ToInMemoryStore(),
            new LocalRepoBundleProvider(_folder["repo.git"], new LocalRepoBundleOptions { MissingWorkBranches = MissingWorkBranches.RestoreFromCommit }));

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => refusing.ExportAsync(_folder["refused.tar"]));
        var result = await restoring.ExportAsync(_folder["restored.tar"]);

        Assert.That(failure!.Violations.Select(violation => violation.ToString()), Has.Some.Contains(branch));
        Assert.That(File.Exists(_folder["refused.tar"]), Is.False);
        Assert.That(result.Warnings.Select(warning => warning.Message), Has.Exactly(1).Contains(branch));
        await using var archive = File.OpenRead(_folder["restored.tar"]);
        var report = await new CheckpointVerifier().VerifyAsync(archive);
        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.IsResumable);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_repository_is_bundled_as_it_is(bool bare)
    {
        await CreateAsync("work");
        var path = _folder["work"];
        if (bare)
        {
            await GitCli.RunAsync(_folder.Path, "clone", "-q", "--mirror", "work", "bare.git");
            path = _folder["bare.git"];
        }

        using var bundle = await new LocalRepoBundleProvider(path).CreateBundleAsync(Request);

        await using (var target = File.Create(_folder["out.bundle"]))
        await using (var source = bundle.OpenRead())
        {
            await source.CopyToAsync(target);
        }

        await GitCli.RunAsync(_folder.Path, "clone", "-q", "--mirror", "out.bundle", "out.git");
        await GitCli.RunAsync(_folder["out.git"], "fsck", "--full");
        Assert.That(await RemoteScene.RefsAsync(_folder["out.git"]), Is.EqualTo(await RemoteScene.RefsAsync(path)));
    }

    [Test]
    public async Task A_repository_without_refs_gives_the_placeholder_with_a_warning_and_leaves_no_file()
    {
        await GitCli.RunAsync(_folder.Path, "init", "-q", "--bare", "empty.git");
        var logger = new RemoteScene.RecordingLogger();
        Directory.CreateDirectory(_folder["export"]);

        using var bundle = await new LocalRepoBundleProvider(_folder["empty.git"], new LocalRepoBundleOptions { Logger = logger })
            .CreateBundleAsync(Request with { WorkingDirectory = _folder["export"] });

        Assert.That((bundle.IsEmpty, bundle.Length), Is.EqualTo((true, 0L)));
        Assert.That(bundle.Warnings.Messages(), Has.Some.Contains("no refs"));
        Assert.That(logger.Messages, Has.Some.StartsWith("Warning 3010"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["export"]), Is.Empty);
    }

    [TestCase("missing")]
    [TestCase("shallow")]
    [TestCase("partial")]
    [TestCase("broken")]
    public async Task A_repository_that_cannot_be_bundled_whole_is_an_error(string kind)
    {
        await CreateAsync("work");
        var path = _folder["copy.git"];
        var url = new Uri(_folder["work"]).AbsoluteUri;
        switch (kind)
        {
            case "shallow":
                await GitCli.RunAsync(_folder.Path, "clone", "-q", "--mirror", "--depth", "1", url, path);
                break;
            case "partial":
                await GitCli.RunAsync(_folder["work"], "config", "uploadpack.allowFilter", "true");
                await GitCli.RunAsync(_folder.Path, "clone", "-q", "--mirror", "--filter=blob:none", url, path);
                break;
            case "broken":
                await GitCli.RunAsync(_folder.Path, "clone", "-q", "--mirror", "--no-local", url, path);
                foreach (var pack in Directory.GetFiles(Path.Combine(path, "objects", "pack")))
                {
                    File.Delete(pack);
                }

                break;
        }

        Directory.CreateDirectory(_folder["export"]);
        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(
            () => new LocalRepoBundleProvider(path).CreateBundleAsync(Request with { WorkingDirectory = _folder["export"] }));

        Assert.That(failure!.Message, Is.Not.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["export"]), Is.Empty);
    }

    private async Task CreateAsync(string name)
    {
        await GitCli.RunAsync(_folder.Path, "init", "-q", "-b", "main", name);
        foreach (var text in (string[])["first", "second"])
        {
            await File.WriteAllTextAsync(_folder[name + "/file"], text);
            await GitCli.RunAsync(_folder[name], "add", ".");
            await GitCli.RunAsync(_folder[name], "commit", "-q", "-m", text);
        }

        await GitCli.RunAsync(_folder[name], "tag", "-a", "-m", "a tag", "v1");
    }
}
