using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Repositories;

namespace Eden.Git.Tests.Creation;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class BundleCreationTests
{
    [Test]
    public async Task A_repository_without_refs_gives_no_bytes()
    {
        using var folder = new TempFolder();
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", folder["empty"]);
        using var destination = new MemoryStream();

        var result = await GitBundle.CreateAsync(folder["empty"], destination);

        Assert.That((result.IsEmpty, result.RefCount, result.ObjectCount, result.Length), Is.EqualTo((true, 0L, 0L, 0L)));
        Assert.That(result.IsEmpty, Is.True);
        Assert.That(destination.Length, Is.Zero);
    }

    [Test]
    public async Task The_empty_tree_is_in_the_bundle_also_where_the_repository_names_it_and_does_not_have_it([Values("sha1", "sha256")] string format)
    {
        using var folder = new TempFolder();
        var path = folder["repository"];
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "-b", "main", $"--object-format={format}", path);
        var tree = await GitCli.RunAsync(path, "hash-object", "-t", "tree", "/dev/null");
        await GitCli.RunAsync(path, "update-ref", "refs/heads/main", await GitCli.RunAsync(path, "commit-tree", tree, "-m", "nothing"));
        Assert.That(Directory.Exists(Path.Combine(path, "objects", tree[..2])), Is.False, "git has made no file of it");

        var result = await BundleOracle.CreateAsync(path, folder["bundle"]);

        Assert.That(result.ObjectCount, Is.EqualTo(2));
        var clone = await BundleOracle.CloneAsync(folder, path, folder["bundle"]);
        Assert.That(await GitCli.RunAsync(clone, "rev-parse", "main^{tree}"), Is.EqualTo(tree));
    }

    [Test]
    public async Task A_deleted_branch_comes_back_as_an_additional_ref_with_its_history()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.GrowAsync(await RepositoryShapes.BaseAsync(folder), "work/v1", 3);
        var commit = await GitCli.RunAsync(path, "rev-parse", "work/v1");
        await GitCli.RunAsync(path, "branch", "-D", "work/v1");

        var result = await BundleOracle.CreateAsync(
            path, folder["bundle"], new GitBundleCreateOptions { AdditionalRefs = [new GitBundleRef("refs/heads/work/v1", commit)] });

        var clone = await BundleOracle.CloneAsync(folder, path, folder["bundle"]);
        Assert.That(await GitCli.RunAsync(clone, "rev-list", "--count", "refs/heads/work/v1"), Is.EqualTo("3"));
        Assert.That(result.Warnings, Is.Empty);
    }

    [Test]
    public async Task A_ref_that_the_repository_has_itself_stays_with_a_warning()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var main = await GitCli.RunAsync(path, "rev-parse", "main");
        var older = await GitCli.RunAsync(path, "rev-parse", "main~1");

        var result = await BundleOracle.CreateAsync(
            path, folder["bundle"], new GitBundleCreateOptions { AdditionalRefs = [new GitBundleRef("refs/heads/main", older)] });

        Assert.That(await GitCli.RunAsync(path, "bundle", "list-heads", folder["bundle"], "refs/heads/main"), Does.StartWith(main));
        Assert.That(result.Warnings, Has.Exactly(1).Contains("refs/heads/main"));
    }

    [TestCase("main^{tree}", "refs/heads/new", "is a tree, not a commit")]
    [TestCase("main", "refs/heads/main/below", "refs/heads/main/below cannot be added")]
    [TestCase("main", "refs/heads", "refs/heads cannot be added")]
    public async Task An_additional_ref_that_cannot_stand_is_refused(string target, string name, string expected)
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var options = new GitBundleCreateOptions { AdditionalRefs = [new GitBundleRef(name, await GitCli.RunAsync(path, "rev-parse", target))] };

        Assert.That(
            async () => await GitBundle.CreateAsync(path, Stream.Null, options),
            Throws.InstanceOf<GitException>().With.Message.Contains(expected));
    }

    [Test]
    public async Task An_additional_ref_to_a_commit_that_is_not_there_is_refused_by_name()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var options = new GitBundleCreateOptions { AdditionalRefs = [new GitBundleRef("refs/heads/lost", new string('7', 40))] };

        Assert.That(
            async () => await GitBundle.CreateAsync(path, Stream.Null, options),
            Throws.InstanceOf<GitException>().With.Message.Contains("the ref refs/heads/lost names it"));
    }

    [TestCase("main", "1234567890123456789012345678901234567890")]
    [TestCase("refs/heads/a..b", "1234567890123456789012345678901234567890")]
    [TestCase("refs/heads/a", "1234")]
    public void Options_refuse_refs_that_cannot_be(string name, string objectId)
        => Assert.That(
            () => new GitBundleCreateOptions { AdditionalRefs = [new GitBundleRef(name, objectId)] }, Throws.ArgumentException);

    [Test]
    public async Task Progress_ends_with_every_object_written()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var steps = new Steps();

        var result = await GitBundle.CreateAsync(path, Stream.Null, new GitBundleCreateOptions { Progress = steps });

        Assert.That(steps.Last, Is.EqualTo(new GitProgress(GitPhase.Bundle, result.ObjectCount, result.ObjectCount)));
    }

    [Test]
    public async Task A_cancelled_call_ends_as_cancelled()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        using var source = new CancellationTokenSource();
        var destination = new CancelsWhenWritten(source);

        Assert.That(
            async () => await GitBundle.CreateAsync(path, destination, null, source.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_full_disk_passes_through_as_it_is()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var destination = new FullDisk();

        Assert.That(async () => await GitBundle.CreateAsync(path, destination), Throws.TypeOf<IOException>().With.Message.EqualTo("No space left."));
    }

    [Test]
    public async Task A_clone_knows_its_commits_reachable_or_not()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.GrowAsync(await RepositoryShapes.BaseAsync(folder), "gone", 2);
        var commit = await GitCli.RunAsync(path, "rev-parse", "gone");
        var tree = await GitCli.RunAsync(path, "rev-parse", "gone^{tree}");
        await GitCli.RunAsync(path, "branch", "-D", "gone");

        using var commits = RepositoryCommits.Open(path, CancellationToken.None);

        Assert.That(commits.TryFindCommit(commit), Is.True);
        Assert.That(commits.TryFindCommit(tree), Is.False);
        Assert.That(commits.TryFindCommit(new string('7', 40)), Is.False);
        Assert.That(commits.TryFindCommit(new string('7', 64)), Is.False);
        Assert.That(commits.TryFindCommit("main"), Is.False);
    }

    private sealed class Steps : IProgress<GitProgress>
    {
        public GitProgress Last { get; private set; }

        public void Report(GitProgress value) => Last = value;
    }

    private sealed class CancelsWhenWritten(CancellationTokenSource source) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await source.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private sealed class FullDisk : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
            => ValueTask.FromException(new IOException("No space left."));
    }
}
