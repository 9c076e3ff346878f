using System.Formats.Tar;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>The demo as somebody meets it who has just cloned the project.</summary>
[TestFixture]
public class DemoTests
{
    [Test]
    public async Task The_demo_exports_verifies_and_shows_both_failures_and_leaves_nothing()
    {
        using var folder = new TempFolder();

        var run = await ConsoleRun.StartAsync(folder.Path, "demo");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("1. An experiment and its git remote of record"));
        Assert.That(run.Output, Does.Contain("variants.jsonl").And.Contain("repo.bundle").And.Contain("manifest.json"));
        Assert.That(run.Output, Does.Contain("valid, resumable"));
        Assert.That(run.Output, Does.Contain("variant-0001"));
        Assert.That(run.Output, Does.Contain("remote-gone.tar was not written").And.Contain("branch-deleted.tar was not written"));
        Assert.That(run.Output, Does.Contain("eden://reference-error/checkpoint-repo-unavailable (retryable)"));
        Assert.That(run.Output, Does.Match(@"- variants\.jsonl:\d+ variant-\d+ branch: "));
        Assert.That(run.Output, Does.Contain("the same export succeeds"));
        Assert.That(run.Output, Does.Contain("allowed: claim-reverted").And.Contain("equal but for what is allowed"));
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public async Task Redirected_output_has_no_escape_sequences_even_on_a_build_server()
    {
        using var folder = new TempFolder();

        var run = await ConsoleRun.StartAsync(folder.Path, "demo", "--variants", "3");

        Assert.That(run.Output + run.Error, Has.None.EqualTo('\u001b'));
        Assert.That(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.LessThan(10), run.Error);
    }

    [Test]
    public async Task The_archive_is_kept_where_the_option_says_and_verifies()
    {
        using var folder = new TempFolder();

        var run = await ConsoleRun.StartAsync(folder.Path, "demo", "--out", folder["kept/here"], "--variants", "30");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(Directory.GetFileSystemEntries(folder["kept/here"]).Select(Path.GetFileName), Is.EqualTo(["demo-checkpoint.tar"]));
        var verified = await ConsoleRun.StartAsync(folder.Path, "verify", "--json", "--require-resumable", folder["kept/here/demo-checkpoint.tar"]);
        Assert.That(verified.ExitCode, Is.Zero, verified.Output);
    }

    [Test]
    public async Task One_variant_is_enough()
    {
        using var folder = new TempFolder();

        var run = await ConsoleRun.StartAsync(folder.Path, "demo", "--variants", "1");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    [Test]
    public async Task Git_clones_the_demo_archives_bundle_without_complaint()
    {
        using var folder = new TempFolder();
        await ConsoleRun.StartAsync(folder.Path, "demo", "--out", folder.Path);

        await TarFile.ExtractToDirectoryAsync(folder["demo-checkpoint.tar"], folder.Path, overwriteFiles: false);
        await GitCli.RunAsync(folder.Path, "clone", "--quiet", "--mirror", "checkpoint/repo.bundle", "restored.git");

        Assert.That(await GitCli.RunAsync(folder["restored.git"], "fsck", "--full", "--strict"), Is.Empty);
        Assert.That(
            (await GitCli.RunAsync(folder["restored.git"], "for-each-ref", "--format=%(refname)")).Split('\n'),
            Has.Some.EqualTo("refs/heads/main").And.Some.StartsWith("refs/heads/work/").And.Some.StartsWith("refs/heads/variant/variant-0001-"));
    }
}
