using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>The address of a store, which may hold a password, need not stand on the command line.</summary>
[TestFixture]
public class StoreOptionsTests
{
    private TempFolder _folder = null!;
    private SyntheticExperiment _experiment = null!;

    [SetUp]
    public async Task MakeExperiment()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder["temp"]);
        _experiment = await SyntheticExperiment.CreateAsync(_folder["repo.git"]);
        await ExperimentFolder.WriteAsync(_experiment, _folder["rows"]);
        await File.WriteAllTextAsync(_folder["address"], $"  dir:{_folder["rows"]}  \nnot read\n");
        await File.WriteAllTextAsync(_folder["wrong"], "dir:nowhere\n");
        await File.WriteAllTextAsync(_folder["empty"], "\ndir:rows\n");
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task It_comes_from_a_file_or_from_the_environment()
    {
        var fromFile = await ExportAsync(null, "--store-file", _folder["address"]);
        var fromEnvironment = await ExportAsync($"dir:{_folder["rows"]}");
        var nearest = await ExportAsync("dir:nowhere", "--store-file", _folder["address"]);

        Assert.That((fromFile.ExitCode, fromEnvironment.ExitCode, nearest.ExitCode), Is.EqualTo((0, 0, 0)), fromFile.Error + fromEnvironment.Error + nearest.Error);
        var compared = await ConsoleRun.StartAsync(_folder["temp"], "compare", _folder["x.tar"], $"store-file:{_folder["address"]}", "--repo-b", _folder["repo.git"]);
        Assert.That(compared.ExitCode, Is.Zero, compared.Output + compared.Error);
    }

    [Test]
    public async Task None_two_or_an_empty_one_are_usage_mistakes()
    {
        var none = await ExportAsync(null);
        var two = await ExportAsync(null, "--store", "dir:rows", "--store-file", _folder["address"]);
        var empty = await ExportAsync(null, "--store-file", _folder["empty"]);
        var missing = await ExportAsync(null, "--store-file", _folder["missing"]);

        Assert.That((none.ExitCode, two.ExitCode, empty.ExitCode, missing.ExitCode), Is.EqualTo((2, 2, 2, 2)));
        Assert.That(none.Error, Does.Contain("give --store or --store-file, or set EDEN_STORE_URL"));
        Assert.That(two.Error, Does.Contain("do not go together"));
        Assert.That(empty.Error, Does.Contain("is empty"));
        Assert.That(missing.Error, Does.Contain("does not exist"));
    }

    private Task<ConsoleRun> ExportAsync(string? environment, params string[] store) => ConsoleRun.StartAsync(
        ProcessMeans.Plenty with { Variables = environment is null ? ProcessMeans.Plenty.Variables : new Dictionary<string, string> { ["EDEN_STORE_URL"] = environment } },
        _folder["temp"],
        ["export", .. store, "--experiment-id", _experiment.ExperimentId, "--repo-path", _folder["repo.git"], "--out", _folder["x.tar"]]);
}
