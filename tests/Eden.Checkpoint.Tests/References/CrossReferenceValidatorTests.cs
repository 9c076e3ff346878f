using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.References;

[TestFixture]
public class CrossReferenceValidatorTests
{
    private static readonly CrossReferenceValidator s_validator = new();

    private TempFolder _folder = null!;
    private string _first = null!;
    private string _second = null!;
    private string _blob = null!;
    private string _tree = null!;
    private byte[] _bundle = null!;

    [OneTimeSetUp]
    public async Task OneTimeSetUp()
    {
        _folder = new TempFolder();
        await GitCli.RunAsync(_folder.Path, "init", "-q", "--initial-branch=main", ".");
        await File.WriteAllTextAsync(_folder["file"], "content\n");
        await GitCli.RunAsync(_folder.Path, "add", "file");
        await GitCli.RunAsync(_folder.Path, "commit", "-q", "-m", "first");
        _first = await GitCli.RunAsync(_folder.Path, "rev-parse", "HEAD");
        await GitCli.RunAsync(_folder.Path, "checkout", "-q", "-b", "work/second");
        await GitCli.RunAsync(_folder.Path, "commit", "-q", "--allow-empty", "-m", "second");
        _second = await GitCli.RunAsync(_folder.Path, "rev-parse", "HEAD");
        _blob = await GitCli.RunAsync(_folder.Path, "rev-parse", "HEAD:file");
        _tree = await GitCli.RunAsync(_folder.Path, "rev-parse", "HEAD^{tree}");
        await GitCli.RunAsync(_folder.Path, "tag", "-a", "-m", "release", "v1", "main");
        await GitCli.RunAsync(_folder.Path, "bundle", "create", "-q", "all.bundle", "--all");
        _bundle = await File.ReadAllBytesAsync(_folder["all.bundle"]);
    }

    [OneTimeTearDown]
    public void OneTimeTearDown() => _folder.Dispose();

    [Test]
    public async Task Everything_the_rows_name_is_there([Values] GitVerification depth)
    {
        var references = References(
            new GitReference(GitReferenceField.VariantBranch, "work/second", "v1", 1),
            new GitReference(GitReferenceField.VariantCommitSha, _second, "v1", 1),
            new GitReference(GitReferenceField.VariantIntegratedCommitSha, _first, "v1", 1),
            new GitReference(GitReferenceField.IdeaParentCommits, _first, "i1", 1, 0));

        var report = await ValidateAsync(_bundle, new CheckpointReferences(references), new CrossReferenceOptions { Depth = depth });

        Assert.Multiple(() =>
        {
            Assert.That(report.Violations, Is.Empty);
            Assert.That(report.IsValid);
            Assert.That(report.Skipped, Is.False);
            Assert.That(report.RefCount, Is.EqualTo(4), "HEAD, two branches and a tag");
            Assert.That(report.ObjectCount, Is.EqualTo(5), "two commits, a tree, a blob and a tag");
            Assert.That(report.ReachableCommitCount, Is.EqualTo(2));
            Assert.That(report.ThrowIfInvalid, Throws.Nothing);
        });
    }

    [Test]
    public async Task The_placeholder_skips_the_check()
    {
        var report = await s_validator.ValidateAsync(
            RepoBundle.Empty, References(new GitReference(GitReferenceField.VariantBranch, "work/gone", "v1", 1)));

        Assert.That(report.Skipped);
        Assert.That(report.IsValid);
    }

    [Test]
    public async Task Every_miss_is_named_with_its_record_field_and_value()
    {
        var absent = new string('a', 40);
        var references = References(
            new GitReference(GitReferenceField.VariantBranch, "work/gone", "v1", 1),
            new GitReference(GitReferenceField.VariantCommitSha, absent, "v1", 1),
            new GitReference(GitReferenceField.VariantIntegratedCommitSha, _tree, "v2", 2),
            new GitReference(GitReferenceField.IdeaParentCommits, _blob, "i1", 7, 1),
            new GitReference(GitReferenceField.IdeaParentCommits, absent, "i2", 8, 0));

        var report = await ValidateAsync(_bundle, references);

        Assert.Multiple(() =>
        {
            Assert.That(report.TotalViolations, Is.EqualTo(5));
            Assert.That(report.Violations.Select(v => v.ToString()), Is.EquivalentTo(new[]
            {
                "variants.jsonl:1 v1 branch: refs/heads/work/gone is not in repo.bundle",
                $"variants.jsonl:1 v1 commit_sha: commit {absent} is not in repo.bundle",
                $"variants.jsonl:2 v2 variant_commit_sha: object {_tree} of repo.bundle is not a commit",
                $"ideas.jsonl:7 i1 parent_commits[1]: object {_blob} of repo.bundle is not a commit",
                $"ideas.jsonl:8 i2 parent_commits[0]: commit {absent} is not in repo.bundle",
            }));
            Assert.That(report.ThrowIfInvalid, Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains("and 4 more"));
        });
    }

    [Test]
    public async Task A_commit_that_lies_in_the_pack_but_that_no_ref_reaches_is_a_violation([Values] GitVerification depth)
    {
        var references = References(new GitReference(GitReferenceField.VariantCommitSha, _second, "v1", 1));

        var report = await ValidateAsync(WithoutRefs("refs/heads/work/second", "HEAD"), references, new CrossReferenceOptions { Depth = depth });

        Assert.That(report.Violations.Single().Message, Is.EqualTo($"commit {_second} is in repo.bundle, but no ref reaches it"));
    }

    [Test]
    public async Task A_branch_that_names_no_commit_is_a_violation()
    {
        var text = Encoding.Latin1.GetString(_bundle).Replace($"{_second} refs/heads/work/second\n", $"{_tree} refs/heads/work/second\n", StringComparison.Ordinal);

        var report = await ValidateAsync(
            Encoding.Latin1.GetBytes(text), References(new GitReference(GitReferenceField.VariantBranch, "work/second", "v1", 1)));

        Assert.That(report.Violations.Select(v => v.Message), Has.Some.EqualTo("refs/heads/work/second of repo.bundle does not resolve to a commit"));
    }

    [Test]
    public async Task Fields_that_the_rule_does_not_list_are_warnings()
    {
        var absent = new string('b', 40);
        var references = References(
            new GitReference(GitReferenceField.VariantParentCommits, absent, "v1", 1, 0),
            new GitReference(GitReferenceField.ExperimentBaseCommitSha, absent, "exp", null),
            new GitReference(GitReferenceField.SubmissionCommitSha, absent, "t1", 3));

        var report = await ValidateAsync(_bundle, references);

        Assert.That(report.IsValid);
        Assert.That(report.Warnings.Messages(), Has.Length.EqualTo(3));
        Assert.That(report.Warnings.Messages(), Has.Some.StartsWith("submissions.jsonl:3 t1 commit_sha:"));
    }

    [Test]
    public async Task The_list_is_capped_and_the_total_is_not()
    {
        var references = new List<GitReference>();
        for (var index = 0; index < 50; index++)
        {
            references.Add(new GitReference(GitReferenceField.VariantBranch, $"work/gone-{index}", $"v{index}", index + 1));
            references.Add(new GitReference(GitReferenceField.VariantCommitSha, new string('c', 40), $"v{index}", index + 1));
        }

        var report = await ValidateAsync(_bundle, new CheckpointReferences(references), new CrossReferenceOptions { Limits = new CheckpointLimits { MaxViolations = 10 } });

        Assert.That(report.Violations, Has.Count.EqualTo(10));
        Assert.That(report.TotalViolations, Is.EqualTo(100));
    }

    [Test]
    public async Task A_damaged_bundle_is_reported_as_such_and_not_as_missing_commits([Values] GitVerification depth)
    {
        var cut = _bundle.AsSpan(0, _bundle.Length - 30).ToArray();

        var report = await ValidateAsync(
            cut, References(new GitReference(GitReferenceField.VariantCommitSha, _second, "v1", 1)), new CrossReferenceOptions { Depth = depth });

        Assert.That(report.IsValid, Is.False);
        Assert.That(report.Violations.Select(v => v.Rule), Has.All.EqualTo(CheckpointRule.Bundle));
        Assert.That(report.Violations.Select(v => v.Member), Has.All.EqualTo("repo.bundle"));
    }

    [Test]
    public async Task A_bundle_with_prerequisites_is_incomplete()
    {
        await GitCli.RunAsync(_folder.Path, "bundle", "create", "-q", "thin.bundle", "work/second", "^main");

        var report = await ValidateAsync(await File.ReadAllBytesAsync(_folder["thin.bundle"]), CheckpointReferences.Empty);

        Assert.That(report.IsValid, Is.False);
        Assert.That(report.Violations.Select(v => v.Message), Has.Some.Contains("the bundle is incomplete: it builds on commit"));
    }

    [Test]
    public async Task No_rows_and_a_whole_bundle_is_valid()
    {
        var report = await ValidateAsync(_bundle, CheckpointReferences.Empty);

        Assert.That(report.IsValid);
    }

    private static CheckpointReferences References(params GitReference[] references) => new(references);

    private static async Task<CrossReferenceReport> ValidateAsync(
        byte[] bundle, CheckpointReferences references, CrossReferenceOptions? options = null)
    {
        using var file = RepoBundle.FromBytes(bundle);
        return await s_validator.ValidateAsync(file, references, options);
    }

    private byte[] WithoutRefs(params string[] names)
    {
        var text = Encoding.Latin1.GetString(_bundle);
        foreach (var name in names)
        {
            var end = text.IndexOf($" {name}\n", StringComparison.Ordinal);
            var start = text.LastIndexOf('\n', end) + 1;
            text = text.Remove(start, end + name.Length + 2 - start);
        }

        return Encoding.Latin1.GetBytes(text);
    }
}
