using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>The <c>bundle</c> verbs as processes, with git as the judge.</summary>
[TestFixture]
public class BundleVerbsTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public async Task MakeRepository()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder["temp"]);
        await SyntheticExperiment.CreateAsync(_folder["repo.git"], variants: 12);
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task What_create_makes_git_clones_and_list_and_verify_agree_with_git()
    {
        var created = await RunAsync("bundle", "create", _folder["repo.git"], _folder["repo.bundle"]);
        Assert.That(created.ExitCode, Is.Zero, created.Error);

        await GitCli.RunAsync(_folder.Path, "clone", "--quiet", "--mirror", "repo.bundle", "restored.git");
        await GitCli.RunAsync(_folder["restored.git"], "fsck", "--full");
        Assert.That(
            await GitCli.RunAsync(_folder["restored.git"], "for-each-ref"),
            Is.EqualTo(await GitCli.RunAsync(_folder["repo.git"], "for-each-ref")));

        var listed = await RunAsync("bundle", "list", _folder["repo.bundle"]);
        Assert.That(listed.ExitCode, Is.Zero, listed.Error);
        Assert.That(listed.Output.TrimEnd('\n'), Is.EqualTo(await GitCli.RunAsync(_folder.Path, "bundle", "list-heads", "repo.bundle")));

        var verified = await RunAsync("bundle", "verify", _folder["repo.bundle"]);
        Assert.That(verified.ExitCode, Is.Zero, verified.Error);
        Assert.That(verified.Output, Does.Contain("whole"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty);
    }

    [Test]
    public async Task A_bundle_of_gits_own_is_restored_to_an_equal_repository()
    {
        await GitCli.RunAsync(_folder["repo.git"], "bundle", "create", "--quiet", _folder["git.bundle"], "--all");

        var restored = await RunAsync("bundle", "restore", _folder["git.bundle"], _folder["restored.git"]);

        Assert.That(restored.ExitCode, Is.Zero, restored.Error);
        await GitCli.RunAsync(_folder["restored.git"], "fsck", "--full");
        Assert.That(
            await GitCli.RunAsync(_folder["restored.git"], "for-each-ref"),
            Is.EqualTo(await GitCli.RunAsync(_folder["repo.git"], "for-each-ref")));
    }

    [Test]
    public async Task The_placeholder_is_called_by_its_name()
    {
        await File.WriteAllBytesAsync(_folder["empty.bundle"], []);

        var verified = await RunAsync("bundle", "verify", _folder["empty.bundle"]);
        var listed = await RunAsync("bundle", "list", _folder["empty.bundle"]);
        var restored = await RunAsync("bundle", "restore", _folder["empty.bundle"], _folder["restored.git"]);

        Assert.That((verified.ExitCode, listed.ExitCode, restored.ExitCode), Is.EqualTo((0, 2, 2)));
        Assert.That(new[] { verified.Output, listed.Error, restored.Error }, Has.All.Contains("placeholder"));
        Assert.That(Directory.Exists(_folder["restored.git"]), Is.False);
    }

    [TestCase("objects")]
    [TestCase("commits")]
    public async Task A_damaged_bundle_ends_with_1(string depth)
    {
        await GitCli.RunAsync(_folder["repo.git"], "bundle", "create", "--quiet", _folder["git.bundle"], "--all");
        var bytes = await File.ReadAllBytesAsync(_folder["git.bundle"]);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(_folder["git.bundle"], bytes);

        var verified = await RunAsync("bundle", "verify", _folder["git.bundle"], "--depth", depth);

        Assert.That(verified.ExitCode, Is.EqualTo(1), verified.Error);
        Assert.That(verified.Output, Does.Contain("invalid"));
        Assert.That(verified.Error, Does.Contain("eden://error/checkpoint-invalid"));
    }

    [Test]
    [Platform("Linux")]
    public async Task A_bundle_may_come_through_a_pipe_and_is_never_taken_for_the_placeholder()
    {
        await GitCli.RunAsync(_folder["repo.git"], "bundle", "create", "--quiet", _folder["git.bundle"], "--all");
        foreach (var (verb, said) in new[] { ("verify", "whole"), ("list", "refs/heads/main") })
        {
            await NamedPipe.MakeAsync(_folder[verb]);
            using var process = ConsoleRun.Begin(_folder["temp"], "bundle", verb, _folder[verb]);
            await using (var pipe = await NamedPipe.OpenAsync(_folder[verb]))
            {
                await pipe.WriteAsync(await File.ReadAllBytesAsync(_folder["git.bundle"]));
            }

            var run = await ConsoleRun.EndAsync(process);
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            Assert.That(run.Output, Does.Contain(said));
        }

        var zeros = await RunAsync("bundle", "verify", "/dev/zero");
        Assert.That(zeros.ExitCode, Is.EqualTo(2), zeros.Output);
        Assert.That(zeros.Error, Does.Contain("a device"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty);
    }

    [TestCase("list")]
    [TestCase("verify")]
    public async Task A_bundle_that_is_not_there_ends_with_3(string verb)
    {
        var run = await RunAsync("bundle", verb, _folder["gone.bundle"]);

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
    }

    [Test]
    public async Task A_repository_that_is_not_there_ends_with_3_and_leaves_no_file()
    {
        var run = await RunAsync("bundle", "create", _folder["gone.git"], _folder["repo.bundle"]);

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(Directory.GetFiles(_folder.Path), Is.Empty);
    }

    private Task<ConsoleRun> RunAsync(params string[] arguments) => ConsoleRun.StartAsync(_folder["temp"], arguments);
}
