using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Bundles;

namespace Eden.Git.Tests.Bundles;

/// <summary>Real git says what is right: its bundles verify, and what we restore of them equals its own clone.</summary>
[TestFixture, Parallelizable(ParallelScope.Children)]
public class GitBundleOracleTests
{
    public static IEnumerable<TestCaseData> Cases()
        => from shape in ShapedRepository.Shapes
           from kind in ((GitObjectFormat Format, int Version)[])[(GitObjectFormat.Sha1, 2), (GitObjectFormat.Sha1, 3), (GitObjectFormat.Sha256, 3)]
           where kind != (GitObjectFormat.Sha1, 3) || shape is "plain" or "tags"
           select new TestCaseData(shape, kind.Format, kind.Version);

    [TestCaseSource(nameof(Cases))]
    public async Task A_bundle_of_git_is_valid_to_both_depths_and_restores_to_what_git_clones(string shape, GitObjectFormat format, int version)
    {
        using var source = await ShapedRepository.CreateAsync(shape, format, version);
        using var bundle = source.Open();
        var objects = await GitBundle.VerifyAsync(bundle);
        var commits = await GitBundle.VerifyAsync(bundle, new GitBundleVerifyOptions { Depth = GitVerification.Commits });
        var restored = await GitBundle.RestoreAsync(bundle, source.Folder["restored.git"]);
        await GitCli.RunAsync(source.Folder.Path, "clone", "-q", "--mirror", source.BundlePath, "cloned.git");

        var clone = source.Folder["cloned.git"];
        Assert.That(objects.Faults, Is.Empty);
        Assert.That(commits.Faults, Is.Empty);
        Assert.That(objects.Header!.Version, Is.EqualTo(version));
        Assert.That(restored.ObjectFormat, Is.EqualTo(format));
        Assert.That(await RefsAsync(restored.RepositoryPath), Is.EqualTo(await RefsAsync(clone)));
        Assert.That(await ObjectsAsync(restored.RepositoryPath), Is.EqualTo(await ObjectsAsync(clone)));
        var fsck = await GitCli.TryRunAsync(restored.RepositoryPath, default, "fsck", "--full");
        Assert.That(fsck.ExitCode, Is.EqualTo((await GitCli.TryRunAsync(clone, default, "fsck", "--full")).ExitCode), fsck.Error);
        if (shape != "latin-1")
        {
            Assert.That(fsck.ExitCode, Is.Zero, fsck.Error);
        }

        await GitCli.RunAsync(restored.RepositoryPath, "gc", "-q");
        Assert.That(await RefsAsync(restored.RepositoryPath), Is.EqualTo(await RefsAsync(clone)), "gc must find everything in order");
        if (shape != "no-head")
        {
            Assert.That(await GitCli.RunAsync(restored.RepositoryPath, "rev-parse", "HEAD"), Is.EqualTo(await source.GitAsync("rev-parse", "HEAD")));
        }
    }

    [Test]
    public async Task Tags_of_tags_are_peeled_to_the_bottom_as_git_does_it()
    {
        // As long a chain as would take forever if each ref followed it to its end.
        const int Count = 100_000;
        var pack = new SyntheticPack();
        var commit = pack.AddCommit(pack.Add(Eden.Git.Packs.PackEntryKind.Tree, []), "one");
        var refs = new List<(string Id, string Name)> { (commit, "refs/heads/main") };
        for (var number = 0; number < Count; number++)
        {
            var (target, kind) = number == 0 ? (commit, "commit") : (refs[^1].Id, "tag");
            refs.Add((pack.Add(Eden.Git.Packs.PackEntryKind.Tag, System.Text.Encoding.ASCII.GetBytes($"object {target}\ntype {kind}\ntag t{number}\ntagger a <a> 1 +0000\n\nx\n")), $"refs/tags/t{number}"));
        }

        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["tags.bundle"], pack.ToBundle([.. refs]));
        using var bundle = BundleFile.At(folder["tags.bundle"]);
        var restored = (await GitBundle.RestoreAsync(bundle, folder["restored.git"])).RepositoryPath;
        var packed = await File.ReadAllLinesAsync(Path.Combine(restored, "packed-refs"));
        Assert.That(packed.Where(line => line[0] == '^'), Has.Exactly(Count).Items.And.All.EqualTo($"^{commit}"));
        Assert.That(await GitCli.RunAsync(restored, "rev-parse", "refs/tags/t3000^{}"), Is.EqualTo(commit));
    }

    [Test]
    public async Task Every_commit_git_lists_is_reachable_and_every_other_object_is_not_a_commit([Values] GitObjectFormat format)
    {
        using var source = await ShapedRepository.CreateAsync("merges", format);
        using var bundle = source.Open();
        var inspection = await BundleInspector.InspectAsync(bundle, GitVerification.Objects, GitLimits.Default, null, null, default);
        var commits = (await source.GitAsync("rev-list", "--all")).Split('\n');
        var all = (await source.GitAsync("rev-list", "--all", "--objects", "--no-object-names")).Split('\n');
        Assert.That(inspection.ReachableCommitCount, Is.EqualTo(commits.Length));
        Assert.That(inspection.ObjectCount, Is.EqualTo(all.Length));
        Assert.That(commits.Select(inspection.FindCommit), Is.All.EqualTo(GitCommitStanding.Reachable));
        Assert.That(all.Except(commits).Select(inspection.FindCommit), Is.All.EqualTo(GitCommitStanding.NotACommit));
        Assert.That(inspection.FindCommit(new string('a', commits[0].Length)), Is.EqualTo(GitCommitStanding.Absent));
        Assert.That(inspection.FindRef("refs/heads/one"), Is.EqualTo(GitRefStanding.Commit));
        Assert.That(inspection.FindRef("refs/heads/nine"), Is.EqualTo(GitRefStanding.Absent));
    }

    [Test]
    public async Task A_commit_in_the_pack_that_no_ref_reaches_is_unreachable()
    {
        using var source = await ShapedRepository.CreateAsync("merges");
        var refs = await source.RefsAsync();
        var content = await File.ReadAllBytesAsync(source.BundlePath);
        var pack = content[content.AsSpan().IndexOf("\n\nPACK"u8)..][2..];
        using var bundle = BundleFile.Of(ShapedRepository.Compose(GitObjectFormat.Sha1, refs.Where(pair => pair.Name == "refs/heads/one"), pack));
        foreach (var depth in Enum.GetValues<GitVerification>())
        {
            var inspection = await BundleInspector.InspectAsync(bundle, depth, GitLimits.Default, null, null, default);
            Assert.That(inspection.Faults, Is.Empty);
            Assert.That(inspection.FindCommit(refs.Single(pair => pair.Name == "refs/heads/one").Id), Is.EqualTo(GitCommitStanding.Reachable));
            Assert.That(inspection.FindCommit(refs.Single(pair => pair.Name == "refs/heads/two").Id), Is.EqualTo(GitCommitStanding.Unreachable));
            Assert.That(inspection.FindRef("refs/heads/two"), Is.EqualTo(GitRefStanding.Absent));
        }
    }

    [Test]
    public async Task An_incremental_bundle_is_a_violation_that_names_its_prerequisite()
    {
        using var source = await ShapedRepository.CreateAsync("deltas");
        await source.GitAsync("bundle", "create", "-q", source.Folder["thin.bundle"], "HEAD~3..main");
        using var bundle = BundleFile.At(source.Folder["thin.bundle"]);
        var report = await GitBundle.VerifyAsync(bundle);
        Assert.That(report.Faults, Has.Some.Property(nameof(GitFault.Subject)).EqualTo(await source.GitAsync("rev-parse", "HEAD~3")));
        Assert.That(report.Header!.Prerequisites, Has.Count.EqualTo(1));
        Assert.That(() => GitBundle.RestoreAsync(bundle, source.Folder["no.git"]), Throws.InstanceOf<GitDamagedException>());
    }

    [Test]
    public async Task A_thin_pack_without_its_bases_is_a_violation()
    {
        using var source = await ShapedRepository.CreateAsync("deltas");
        var tip = await source.GitAsync("rev-parse", "main");
        var pack = await GitCli.RunWithInputAsync(
            source.Repository, System.Text.Encoding.ASCII.GetBytes($"{tip}\n^{tip}~1\n"), "pack-objects", "-q", "--revs", "--thin", "--stdout");
        using var bundle = BundleFile.Of(ShapedRepository.Compose(GitObjectFormat.Sha1, [(tip, "refs/heads/main")], pack));
        var report = await GitBundle.VerifyAsync(bundle);
        Assert.That(report.IsWhole, Is.False);
        Assert.That(report.Faults[0].Message, Does.Contain("is not in the pack"));
    }

    [TestCase("blob")]
    [TestCase("tree")]
    [TestCase("commit")]
    public async Task A_missing_object_is_a_violation_that_says_who_names_it(string kind)
    {
        using var source = await ShapedRepository.CreateAsync("plain");
        await source.GitAsync("commit", "-q", "--allow-empty", "-m", "second");
        var missing = await source.GitAsync("rev-parse", kind switch { "blob" => "HEAD:src/deep/er/b.txt", "tree" => "HEAD:src/deep", _ => "HEAD~1" });
        var kept = (await source.GitAsync("rev-list", "--all", "--objects", "--no-object-names")).Split('\n').Where(id => id != missing);
        var pack = await GitCli.RunWithInputAsync(
            source.Repository, System.Text.Encoding.ASCII.GetBytes(string.Join('\n', kept) + "\n"), "pack-objects", "-q", "--stdout");
        using var bundle = BundleFile.Of(ShapedRepository.Compose(GitObjectFormat.Sha1, await source.RefsAsync(), pack));
        var report = await GitBundle.VerifyAsync(bundle);
        Assert.That(report.TotalFaults, Is.EqualTo(1));
        Assert.That(report.Faults[0].Message, Does.Contain(missing).And.Contains("is not in the pack"));
        var quick = await GitBundle.VerifyAsync(bundle, new GitBundleVerifyOptions { Depth = GitVerification.Commits });
        Assert.That(quick.IsWhole, Is.EqualTo(kind != "commit"), "the quick depth looks at the history only");
    }

    [Test]
    public async Task Restoring_leaves_a_target_alone_that_is_not_empty_and_takes_an_empty_one()
    {
        using var source = await ShapedRepository.CreateAsync("plain");
        using var bundle = source.Open();
        Directory.CreateDirectory(source.Folder["target/inner"]);
        Assert.That(() => GitBundle.RestoreAsync(bundle, source.Folder["target"]), Throws.InstanceOf<IOException>());
        Directory.Delete(source.Folder["target/inner"]);
        var result = await GitBundle.RestoreAsync(bundle, source.Folder["target"]);
        Assert.That(result.Head, Is.EqualTo("refs/heads/main"));
        Assert.That(await GitCli.RunAsync(result.RepositoryPath, "rev-parse", "--is-bare-repository"), Is.EqualTo("true"));
        Assert.That(Directory.GetDirectories(source.Folder.Path, "eden-checkpoint-*"), Is.Empty);
    }

    [Test]
    public async Task A_failed_or_cancelled_restore_leaves_nothing()
    {
        using var source = await ShapedRepository.CreateAsync("deltas");
        var content = await File.ReadAllBytesAsync(source.BundlePath);
        content[^30] ^= 1;
        using var damaged = BundleFile.Of(content);
        Directory.CreateDirectory(source.Folder["place"]);
        Assert.That(() => GitBundle.RestoreAsync(damaged, source.Folder["place/one.git"]), Throws.InstanceOf<GitDamagedException>());
        using var sound = source.Open();
        using var cancelled = new CancellationTokenSource();
        var options = new GitBundleRestoreOptions { Progress = new CancelOnReport(cancelled) };
        Assert.That(
            () => GitBundle.RestoreAsync(sound, source.Folder["place/two.git"], options, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFileSystemEntries(source.Folder["place"]), Is.Empty);
    }

    private static async Task<string> RefsAsync(string repository) => await GitCli.RunAsync(repository, "for-each-ref", "--format=%(objectname) %(refname) %(*objectname)");

    private static async Task<string[]> ObjectsAsync(string repository)
    {
        var lines = (await GitCli.RunAsync(repository, "cat-file", "--batch-all-objects", "--batch-check")).Split('\n');
        Array.Sort(lines, StringComparer.Ordinal);
        return lines;
    }

    private sealed class CancelOnReport(CancellationTokenSource source) : IProgress<GitProgress>
    {
        public void Report(GitProgress value) => source.Cancel();
    }
}
