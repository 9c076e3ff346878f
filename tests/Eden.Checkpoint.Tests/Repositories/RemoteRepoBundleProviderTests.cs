using Eden.Git.Tests.Sync;
using Eden.Checkpoint.Tests.Kit;
using Moq;

namespace Eden.Checkpoint.Tests.Repositories;

/// <summary>Bundles of a remote of record; git clones them to say whether they are right.</summary>
[TestFixture]
[Category("RealGit")]
public class RemoteRepoBundleProviderTests
{
    private static RepoBundleRequest Request => new("exp_1", DateTimeOffset.UnixEpoch);

    [Test]
    public async Task Making_one_touches_nothing_and_the_exports_follow_the_remote()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var provider = Provider(scene);
        Assert.That((scene.Http.Requests, Directory.Exists(scene.Folder["clones"])), Is.EqualTo((0, false)));

        using (var first = await provider.CreateBundleAsync(Request))
        {
            await AssertHasRefsOfAsync(first, scene);
        }

        await scene.CommitAsync("third");
        await scene.GitAsync("branch", "work/two");
        await scene.GitAsync("branch", "-D", "work/one");
        await scene.PushAsync();
        using var second = await provider.CreateBundleAsync(Request);

        await AssertHasRefsOfAsync(second, scene);
        Assert.That(second.Warnings, Is.Empty);
        scene.AssertNoSecret();
    }

    [Test]
    public async Task The_bundle_goes_into_the_working_directory_and_away_with_the_bundle()
    {
        await using var scene = await RemoteScene.CreateAsync();
        Directory.CreateDirectory(scene.Folder["export"]);

        using (var bundle = await Provider(scene).CreateBundleAsync(Request with { WorkingDirectory = scene.Folder["export"] }))
        {
            Assert.That(Directory.GetFiles(scene.Folder["export"]).Select(file => new FileInfo(file).Length), Is.EqualTo((long[])[bundle.Length]));
        }

        Assert.That(Directory.EnumerateFileSystemEntries(scene.Folder["export"]), Is.Empty);
    }

    [Test]
    public async Task A_remote_without_refs_is_an_error_and_no_placeholder()
    {
        await using var scene = await RemoteScene.CreateAsync(withCommits: false);

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => Provider(scene).CreateBundleAsync(Request));

        Assert.That(failure!.Message, Does.Contain("no refs").And.Contain(scene.Url));
    }

    [Test]
    public async Task A_remote_that_is_down_is_an_error_although_a_clone_is_there()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var provider = Provider(scene);
        (await provider.CreateBundleAsync(Request)).Dispose();
        scene.Http.Fault = GitHttpFault.ServerError;
        Directory.CreateDirectory(scene.Folder["export"]);

        await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(
            () => provider.CreateBundleAsync(Request with { WorkingDirectory = scene.Folder["export"] }));

        Assert.That(Directory.EnumerateFileSystemEntries(scene.Folder["export"]), Is.Empty);
    }

    [Test]
    public async Task Concurrent_exports_take_turns_at_the_clone()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var provider = Provider(scene);

        var bundles = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => provider.CreateBundleAsync(Request)));

        foreach (var bundle in bundles)
        {
            await AssertHasRefsOfAsync(bundle, scene);
            bundle.Dispose();
        }
    }

    [Test]
    public async Task A_deleted_work_branch_comes_back_in_the_bundle_only_when_asked_for()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.GitAsync("checkout", "-q", "-b", "work/gone");
        var gone = await scene.CommitAsync("of the variant");
        await scene.GitAsync("checkout", "-q", "main");
        await scene.PushAsync();
        await scene.SyncAsync();
        await scene.GitAsync("branch", "-D", "work/gone");
        await scene.PushAsync();
        var references = new CheckpointReferences(
        [
            new GitReference(GitReferenceField.VariantBranch, "work/gone", "v1") { BranchCommit = gone },
            new GitReference(GitReferenceField.VariantBranch, "work/one", "v2") { BranchCommit = gone },
            new GitReference(GitReferenceField.VariantBranch, "work", "v3") { BranchCommit = gone },
            new GitReference(GitReferenceField.VariantBranch, "work/one/below", "v4") { BranchCommit = gone },
            new GitReference(GitReferenceField.VariantBranch, "work/unknown", "v5") { BranchCommit = new string('1', 40) },
            new GitReference(GitReferenceField.VariantBranch, "work/without", "v6"),
            new GitReference(GitReferenceField.VariantBranch, "not..legal", "v7") { BranchCommit = gone },
        ]);
        var request = Request with { References = references };

        using var refused = await Provider(scene).CreateBundleAsync(request);
        await AssertHasRefsOfAsync(refused, scene);
        using var restored = await Provider(scene, MissingWorkBranches.RestoreFromCommit).CreateBundleAsync(request);

        var refs = await RefsOfAsync(restored, scene);
        Assert.That(
            refs.Split('\n'), Is.EquivalentTo((string[])[.. (await RemoteScene.RefsAsync(scene.Served)).Split('\n'), $"{gone} refs/heads/work/gone"]));
        Assert.That(restored.Warnings.Messages(), Has.Length.EqualTo(1).And.Some.Contains("work/gone"));
        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
    }

    [Test]
    public async Task A_cancelled_export_leaves_no_file()
    {
        await using var scene = await RemoteScene.CreateAsync();
        Directory.CreateDirectory(scene.Folder["export"]);
        using var cancellation = new CancellationTokenSource();
        var progress = new Mock<IProgress<CheckpointProgress>>();
        progress.Setup(target => target.Report(It.Is<CheckpointProgress>(step => step.Phase == CheckpointPhase.Bundle))).Callback(cancellation.Cancel);
        var request = Request with { WorkingDirectory = scene.Folder["export"], Progress = progress.Object };

        try
        {
            (await Provider(scene).CreateBundleAsync(request, cancellation.Token)).Dispose();
        }
        catch (OperationCanceledException)
        {
            // Progress may be told so late that nothing is left to cancel.
        }

        Assert.That(Directory.EnumerateFileSystemEntries(scene.Folder["export"]), Is.Empty);
    }

    [Test]
    public void A_remote_of_another_kind_is_refused_at_once()
        => Assert.That(() => new RemoteRepoBundleProvider("clone", "ssh://git.example.org/exp.git"), Throws.ArgumentException);

    private static RemoteRepoBundleProvider Provider(RemoteScene scene, MissingWorkBranches missing = MissingWorkBranches.Refuse)
        => new(scene.Clone, scene.Url, new RemoteRepoBundleOptions { Sync = scene.Options, MissingWorkBranches = missing });

    private static async Task AssertHasRefsOfAsync(RepoBundle bundle, RemoteScene scene)
        => Assert.That(await RefsOfAsync(bundle, scene), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));

    private static async Task<string> RefsOfAsync(RepoBundle bundle, RemoteScene scene)
    {
        // git would take "x.bundle.git" for the source "x.bundle".
        var name = Guid.NewGuid().ToString("N");
        var (file, clone) = (scene.Folder[name + ".bundle"], scene.Folder[name + ".clone"]);
        await using (var target = File.Create(file))
        await using (var source = bundle.OpenRead())
        {
            await source.CopyToAsync(target);
        }

        await GitCli.RunAsync(scene.Folder.Path, "clone", "-q", "--mirror", file, clone);
        await GitCli.RunAsync(clone, "fsck", "--full");
        return await RemoteScene.RefsAsync(clone);
    }
}
