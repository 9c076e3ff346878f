using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>The <c>compare</c> verb as a process.</summary>
[TestFixture]
public class CompareVerbTests
{
    private TempFolder _folder = null!;
    private SyntheticExperiment _experiment = null!;

    [SetUp]
    public async Task MakeExperiment()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder["temp"]);
        _experiment = await SyntheticExperiment.CreateAsync(_folder["repo.git"], variants: 12);
        await ExperimentFolder.WriteAsync(_experiment, _folder["rows"]);
        var exported = await RunAsync(
            "export", "--store", $"dir:{_folder["rows"]}", "--experiment-id", _experiment.ExperimentId, "--repo-path", _folder["repo.git"], "--out", _folder["a.tar"]);
        Assert.That(exported.ExitCode, Is.Zero, exported.Error);
    }

    [TearDown]
    public void Remove()
    {
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty);
        _folder.Dispose();
    }

    [Test]
    public async Task An_archive_equals_the_store_and_repository_it_was_made_from()
    {
        var run = await RunAsync("compare", _folder["a.tar"], $"dir:{_folder["rows"]}", "--repo-b", _folder["repo.git"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error + run.Output);
        Assert.That(run.Output, Does.Contain("equal"));
        Assert.That(run.Output, Does.Contain("git objects"));
        Assert.That(run.Output, Does.Not.Contain('\x1b'));
    }

    [Test]
    public async Task A_changed_row_and_a_moved_branch_are_named_and_end_with_1()
    {
        var variants = await File.ReadAllTextAsync(_folder["rows/variants.jsonl"]);
        await File.WriteAllTextAsync(_folder["rows/variants.jsonl"], variants.Replace("\"status\":\"success\"", "\"status\":\"error\"", StringComparison.Ordinal));
        await GitCli.RunAsync(_folder["repo.git"], "update-ref", "refs/heads/extra", "main");

        var run = await RunAsync("compare", _folder["a.tar"], $"dir:{_folder["rows"]}", "--repo-b", _folder["repo.git"], "--json");

        var json = run.JsonLines.Single();
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Error);
        Assert.That(json.GetProperty("equal").GetBoolean(), Is.False);
        Assert.That(json.GetProperty("totalDifferences").GetInt64(), Is.GreaterThan(1));
        Assert.That(json.GetProperty("differences").EnumerateArray().Select(d => d.GetProperty("field").GetString()), Has.Some.EqualTo("status"));
        Assert.That(json.GetProperty("differences").EnumerateArray().Select(d => d.GetProperty("record").GetString()), Has.Some.EqualTo("refs/heads/extra"));
    }

    [Test]
    public async Task A_repository_beside_an_archive_is_a_usage_error_and_a_missing_file_is_unavailable()
    {
        var usage = await RunAsync("compare", _folder["a.tar"], _folder["a.tar"], "--repo-a", _folder["repo.git"]);
        var missing = await RunAsync("compare", _folder["a.tar"], _folder["no.tar"]);

        Assert.That(usage.ExitCode, Is.EqualTo(2));
        Assert.That(missing.ExitCode, Is.EqualTo(3));
    }

    private Task<ConsoleRun> RunAsync(params string[] arguments) => ConsoleRun.StartAsync(_folder["temp"], arguments);
}
