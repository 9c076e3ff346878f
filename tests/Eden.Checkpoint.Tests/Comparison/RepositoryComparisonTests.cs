using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Comparison;

/// <summary>Refs and objects, with repositories made by git.</summary>
internal sealed class RepositoryComparisonTests
{
    private readonly CheckpointComparer _comparer = new();
    private TempFolder _folder = null!;
    private SyntheticExperiment _synthetic = null!;
    private ComparedExperiment _experiment = null!;

    [SetUp]
    public async Task MakeExperiment()
    {
        _folder = new TempFolder();
        _synthetic = await SyntheticExperiment.CreateAsync(_folder["repo"], variants: 12);
        _experiment = ComparedExperiment.From(_synthetic);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task An_archive_with_gits_own_bundle_equals_its_store_and_repository()
    {
        _experiment.Bundle = await BundleAsync("repo");
        var comparison = await _comparer.CompareAsync(_experiment.AsArchive(), _experiment.AsStore(repositoryPath: _folder["repo"]));

        Assert.That(comparison.IsEqual, Is.True, CheckpointComparerTests.Show(comparison));
        var refs = (await GitCli.RunAsync(_folder["repo"], "for-each-ref")).Split('\n').Length;
        var objects = (await GitCli.RunAsync(_folder["repo"], "rev-list", "--objects", "--all")).Split('\n').Length;
        Assert.That(
            comparison.Repository,
            Is.EqualTo(new CheckpointRepositoryComparison { LeftRefs = refs, RightRefs = refs, LeftObjects = objects, RightObjects = objects }).UsingPropertiesComparer());
    }

    [Test]
    public async Task A_clone_that_was_repacked_has_the_same_objects()
    {
        await GitCli.RunAsync(_folder.Path, "clone", "-q", "--mirror", "repo", "clone");
        await GitCli.RunAsync(_folder["clone"], "repack", "-q", "-adf", "--depth=3", "--window=5");
        var comparison = await CompareRepositoriesAsync("repo", "clone");
        Assert.That(comparison.IsEqual, Is.True, CheckpointComparerTests.Show(comparison));
        Assert.That(comparison.Repository!.LeftObjects, Is.EqualTo(comparison.Repository.RightObjects).And.GreaterThan(50));
    }

    [Test]
    public async Task A_deleted_a_moved_and_a_new_ref_are_named()
    {
        await GitCli.RunAsync(_folder.Path, "clone", "-q", "--mirror", "repo", "clone");
        var names = (await GitCli.RunAsync(_folder["clone"], "for-each-ref", "--format=%(refname)", "refs/heads/work")).Split('\n');
        await GitCli.RunAsync(_folder["clone"], "update-ref", "-d", names[0]);
        await GitCli.RunAsync(_folder["clone"], "update-ref", names[1], _synthetic.BaseCommit);
        await GitCli.RunAsync(_folder["clone"], "update-ref", "refs/tags/added", _synthetic.BaseCommit);
        var comparison = await CompareRepositoriesAsync("repo", "clone", objects: false);

        Assert.That(comparison.Differences.Select(difference => difference.Kind), Is.All.EqualTo(CheckpointObjectKind.Ref));
        Assert.That(comparison.Differences.Select(difference => difference.Record), Is.EqualTo(new[] { names[0], names[1], "refs/tags/added" }));
        Assert.That(comparison.Differences[0].Right, Is.Null);
        Assert.That(comparison.Differences[1].Right, Is.EqualTo(_synthetic.BaseCommit));
        Assert.That(comparison.Differences[2].Left, Is.Null);
        Assert.That(comparison.Repository!.LeftObjects, Is.Null);
    }

    [Test]
    public async Task Objects_that_one_side_lacks_are_named_with_their_kind()
    {
        await GitCli.RunAsync(_folder.Path, "clone", "-q", "--mirror", "repo", "clone");
        var blob = await GitCli.RunWithInputAsync(_folder["clone"], "only here\n"u8.ToArray(), "hash-object", "-w", "--stdin");
        var id = System.Text.Encoding.ASCII.GetString(blob).Trim();
        await GitCli.RunAsync(_folder["clone"], "update-ref", "refs/notes/blob", id);
        var comparison = await CompareRepositoriesAsync("repo", "clone");

        Assert.That(comparison.Differences, Is.EqualTo(new[]
        {
            new CheckpointDifference(CheckpointObjectKind.Ref, "refs/notes/blob", null, null, id),
            new CheckpointDifference(CheckpointObjectKind.GitObject, id, null, null, "blob"),
        }));
    }

    [Test]
    public async Task A_placeholder_lacks_every_ref_and_object()
    {
        var full = _experiment.Copy();
        full.Bundle = await BundleAsync("repo");
        var comparison = await _comparer.CompareAsync(_experiment.AsArchive(), full.AsArchive());
        Assert.That(comparison.Repository!.LeftRefs, Is.Zero);
        Assert.That(comparison.TotalDifferences, Is.EqualTo(comparison.Repository.RightRefs + comparison.Repository.RightObjects!.Value));
    }

    [Test]
    public async Task A_bundle_that_leaves_out_HEAD_is_equal_with_a_warning()
    {
        var (with, without) = (_experiment.Copy(), _experiment.Copy());
        with.Bundle = await BundleAsync("repo", "--all");
        without.Bundle = await BundleAsync("repo", "--branches", "--tags");
        var comparison = await _comparer.CompareAsync(with.AsArchive("with"), without.AsArchive("without"));
        Assert.That(comparison.IsEqual, Is.True, CheckpointComparerTests.Show(comparison));
        Assert.That(comparison.Warnings.Messages(), Has.Some.Contains("without does not list HEAD"));
    }

    [Test]
    public async Task Object_formats_that_differ_are_a_difference()
    {
        await SyntheticExperiment.CreateAsync(_folder["sha256"], variants: 12, objectFormat: "sha256");
        var comparison = await CompareRepositoriesAsync("repo", "sha256");
        Assert.That(comparison.IsEqual, Is.False);
        Assert.That(comparison.Warnings.Messages(), Has.Some.Contains("object formats differ"));
    }

    [Test]
    public void A_repository_that_is_not_there_is_unavailable()
        => Assert.That(async () => await CompareRepositoriesAsync("repo", "nothing"), Throws.TypeOf<CheckpointRepoUnavailableException>());

    private Task<CheckpointComparison> CompareRepositoriesAsync(string left, string right, bool objects = true)
        => _comparer.CompareAsync(
            _experiment.AsStore("left", _folder[left]),
            _experiment.AsStore("right", _folder[right]),
            new CheckpointComparisonOptions { CompareObjects = objects });

    private async Task<byte[]> BundleAsync(string repository, params string[] what)
    {
        await GitCli.RunAsync(_folder[repository], ["bundle", "create", "-q", _folder["out.bundle"], .. what.Length == 0 ? ["--all"] : what]);
        return await File.ReadAllBytesAsync(_folder["out.bundle"]);
    }
}
