using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>Wrong command lines end with 2 and say why, on standard error only.</summary>
[TestFixture]
public class UsageTests
{
    private static readonly string[] s_export = ["export", "--store", "dir:rows", "--experiment-id", "exp_01hqs3m4n5p6q7r8s9t0v1w2x3", "--out", "x.tar"];

    private static IEnumerable<TestCaseData> WrongCommandLines()
    {
        yield return new TestCaseData((object)Array.Empty<string>()).SetArgDisplayNames("no verb");
        yield return new TestCaseData((object)new[] { "unknown" }).SetArgDisplayNames("an unknown verb");
        yield return new TestCaseData((object)new[] { "verify" }).SetArgDisplayNames("verify without a file");
        yield return new TestCaseData((object)new[] { "verify", "x.tar", "--depth", "deep" }).SetArgDisplayNames("an unknown depth");
        yield return new TestCaseData((object)new[] { "bundle" }).SetArgDisplayNames("bundle without its verb");
        yield return new TestCaseData((object)new[] { "bundle", "create", "only-one" }).SetArgDisplayNames("bundle create with one path");
        yield return new TestCaseData((object)new[] { "inspect", "a.tar", "b.tar" }).SetArgDisplayNames("inspect with two files");
        yield return new TestCaseData((object)new[] { "demo", "--variants", "0" }).SetArgDisplayNames("no variants");
        yield return new TestCaseData((object)new[] { "demo", "--variants", "many" }).SetArgDisplayNames("variants in words");
        yield return new TestCaseData((object)new[] { "export", "--store", "dir:rows", "--out", "x.tar" }).SetArgDisplayNames("export without an experiment");
        yield return new TestCaseData((object)new[] { "export", "--store", "dir:rows", "--experiment-id", "x", "--out", "x.tar" }).SetArgDisplayNames("export of what is no experiment id");
        yield return new TestCaseData((object)new[] { "export", "--store", "nonsense", "--experiment-id", "exp_01hqs3m4n5p6q7r8s9t0v1w2x3", "--out", "x.tar" }).SetArgDisplayNames("a store that is none");
        yield return new TestCaseData((object)new[] { "export", "--store", "dir:rows", "--experiment-id", "exp_01hqs3m4n5p6q7r8s9t0v1w2x3", "--out", "missing/x.tar" }).SetArgDisplayNames("out in a missing directory");
        yield return new TestCaseData((object)new[] { "export", "--store", "dir:rows", "--experiment-id", "exp_01hqs3m4n5p6q7r8s9t0v1w2x3", "--out", "." }).SetArgDisplayNames("out is a directory");
        yield return new TestCaseData((object)new[] { s_export, ["--remote-url", "https://git.example/x"] }.SelectMany(part => part).ToArray()).SetArgDisplayNames("a remote without a clone");
        yield return new TestCaseData((object)new[] { s_export, ["--repo-path", "r", "--remote-url", "ssh://git.example/x"] }.SelectMany(part => part).ToArray()).SetArgDisplayNames("a remote of an unknown kind");
        yield return new TestCaseData((object)new[] { s_export, ["--config", "missing.yaml"] }.SelectMany(part => part).ToArray()).SetArgDisplayNames("a config that is not there");
        yield return new TestCaseData((object)new[] { s_export, ["--format-version", "2"] }.SelectMany(part => part).ToArray()).SetArgDisplayNames("another format version");
        foreach (var verb in (string[])["verify", "inspect", "bundle list", "bundle verify"])
        {
            yield return new TestCaseData((object)new[] { verb.Split(' '), [""] }.SelectMany(part => part).ToArray()).SetArgDisplayNames($"{verb} of no name");
        }

        yield return new TestCaseData((object)new[] { "bundle", "create", "x.git", "/dev/null" }).SetArgDisplayNames("a bundle in place of a device");
        yield return new TestCaseData((object)new[] { "compare", "", "" }).SetArgDisplayNames("compare of no names");
        yield return new TestCaseData((object)new[] { "bundle", "restore", "x.bundle", "" }).SetArgDisplayNames("bundle restore to no name");
        yield return new TestCaseData((object)new[] { s_export, ["--repo-path", ""] }.SelectMany(part => part).ToArray()).SetArgDisplayNames("a repository without a name");
        yield return new TestCaseData((object)new[] { "import", "x.tar", "--store", "Host=127.0.0.1", "--artifacts-dir", "" }).SetArgDisplayNames("artifacts in no directory");
        yield return new TestCaseData((object)new[] { "import", "x.tar", "--store", "dir:rows" }).SetArgDisplayNames("import into a folder");
        yield return new TestCaseData((object)new[] { "import", "x.tar", "--store", "Host=127.0.0.1", "--remote-url", "git@git.example:x.git" }).SetArgDisplayNames("import to a remote of an unknown kind");
        yield return new TestCaseData((object)new[] { "push", "--remote-url", "https://git.example/x" }).SetArgDisplayNames("push of nothing");
        yield return new TestCaseData((object)new[] { "push", "x.tar", "--repo-path", "r", "--remote-url", "https://git.example/x" }).SetArgDisplayNames("push of two things");
        yield return new TestCaseData((object)new[] { "push", "--repo-path", "r" }).SetArgDisplayNames("push to nowhere");
        yield return new TestCaseData((object)new[] { "push", "--repo-path", ".", "--remote-url", "ssh://git.example/x" }).SetArgDisplayNames("push to a remote of an unknown kind");
        yield return new TestCaseData((object)new[] { "verify", "x.tar", "--require-resumeable" }).SetArgDisplayNames("an option with a slip of the pen");
        yield return new TestCaseData((object)new[] { "inspect", "--jsn" }).SetArgDisplayNames("an unknown option in place of the file");
    }

    [TestCaseSource(nameof(WrongCommandLines))]
    public async Task A_wrong_command_line_ends_with_2(string[] arguments)
    {
        using var folder = new TempFolder();

        var run = await ConsoleRun.StartAsync(folder.Path, arguments);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error, Is.Not.Empty);
        Assert.That(run.Error, Does.Not.Contain("   at "), "a stack trace is no explanation");
        Assert.That(run.Output, Is.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    [TestCase("verify missing.tar --json >/dev/full", 3, "No space left")]
    [TestCase("verify missing.tar 2>&-", 3, "")]
    [TestCase("--nonsense 2>&-", 2, "")]
    public async Task Streams_that_take_nothing_are_no_crash(string line, int exitCode, string error)
    {
        using var folder = new TempFolder();

        var run = await ConsoleRun.ShellAsync(folder.Path, line);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Error, Does.Contain(error).And.Not.Contains("   at "));
    }

    [Test]
    public async Task An_unknown_format_version_is_the_problem_bad_request()
    {
        using var folder = new TempFolder();

        var run = await ConsoleRun.StartAsync(folder.Path, [.. s_export, "--format-version", "2", "--json"]);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.JsonLines.Single().GetProperty("problem").GetString(), Is.EqualTo("eden://error/bad-request"));
    }

    [TestCase("--help")]
    [TestCase("export --help")]
    [TestCase("bundle --help")]
    [TestCase("--version")]
    public async Task Asking_for_help_is_no_mistake(string arguments)
    {
        using var folder = new TempFolder();

        var run = await ConsoleRun.StartAsync(folder.Path, arguments.Split(' '));

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Is.Not.Empty);
    }
}
