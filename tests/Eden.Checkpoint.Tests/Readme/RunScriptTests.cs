using System.Diagnostics;
using System.Text.RegularExpressions;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Readme;

/// <summary>The script that runs the tests: on a machine with nothing but the SDK it brings everything that they start.</summary>
[TestFixture, Platform("Linux")]
public partial class RunScriptTests
{
    // Every shell and program that the script itself uses is in packages that Debian calls essential.
    private static readonly string[] s_essential = ["bash", "cat", "dirname", "env", "find", "grep", "head", "id", "mktemp", "rm", "sed", "sort", "touch"];

    private TempFolder _folder = null!;

    private static string Script => Path.Combine(SourceTree.Root, "tests", "run.sh");

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder["bin"]);
        foreach (var program in s_essential)
        {
            File.CreateSymbolicLink(_folder[$"bin/{program}"], Find(program));
        }

        // Stand-ins that write down what they are asked to do.
        Stub("apt-get", "echo \"$@\" >> \"$RECORD/apt\"");
        Stub("dotnet", """
            echo "$@" >> "$RECORD/dotnet"
            [ "$1" = test ] || exit 0
            while [ "$1" != --results-directory ]; do shift; done
            results=$2
            cd "$RECORD"
            [ ! -e answer ] || . ./answer
            echo > "$results/one.trx"
            echo > "$results/two.trx"
            echo > "$results/three.trx"
            """);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Every_program_that_a_test_starts_is_in_its_table()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("Benchmarks", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Started().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value);
        var smoke = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "samples", "deploy"), "smoke-*.sh")
            .SelectMany(file => Needed().Matches(File.ReadAllText(file))).SelectMany(match => match.Groups[1].Value.Split(' '));
        var installed = Table().Select(row => row.Program).ToHashSet();

        // The SDK is there, and PostgreSQL is looked for in its own way.
        string[] known = ["dotnet", "psql"];
        string[] byVariable = ["bzip2", "gzip", "mount", "umount", "xz", "zstd"];
        var started = sources.Concat(smoke).Concat(byVariable).Distinct().Except(known).Order(StringComparer.Ordinal).ToArray();

        Assert.That(started, Has.Member("git").And.Member("setpriv").And.Member("mkfifo").And.Member("curl"), "the sources are searched");
        Assert.That(started, Is.SubsetOf(installed));
    }

    [Test]
    public async Task It_installs_each_missing_package_once()
    {
        var (exitCode, output, error) = await RunAsync();

        Assert.That(exitCode, Is.Zero, output + error);
        var installed = (await File.ReadAllLinesAsync(_folder["apt"])).Single(line => line.Contains("install", StringComparison.Ordinal) && line.Contains(" git ", StringComparison.Ordinal)).Split(' ');
        var expected = Table().Where(row => !s_essential.Contains(row.Program)).Select(row => row.Package).Distinct();
        Assert.That(installed.SkipWhile(word => word != "--no-install-recommends").Skip(1).Except(["postgresql"]), Is.EquivalentTo(expected));
        Assert.That(await File.ReadAllLinesAsync(_folder["dotnet"]), Has.Length.EqualTo(2), "build and test");
    }

    [Test]
    public async Task It_names_the_ten_slowest_tests_and_ends_as_the_tests_do()
    {
        var results = Directory.CreateDirectory(_folder["results"]).FullName;
        await File.WriteAllTextAsync(Path.Combine(results, "earlier.trx"), Result("Of_an_earlier_run", "09:00:00.0000000"));
        File.SetLastWriteTimeUtc(Path.Combine(results, "earlier.trx"), DateTime.UnixEpoch);
        var tests = Enumerable.Range(1, 9).Select(number => Result($"Number_{number}", $"00:00:0{number}.1234567"));
        await File.WriteAllTextAsync(_folder["first"], string.Concat(tests.Prepend(Result("Takes(&quot;a&quot;,&lt;b&gt;)", "00:01:00.5000000"))));
        await File.WriteAllTextAsync(_folder["second"], Result("Takes_longest", "01:00:00.0000000") + Result("Takes_nothing", "00:00:00.0000001"));
        await File.WriteAllTextAsync(_folder["answer"], "cat first > results/first.trx; cat second > results/second.trx; exit 7\n");

        var (exitCode, output, error) = await RunAsync("--results-directory", results, "--filter", "TestCategory!=Huge");

        Assert.That(exitCode, Is.EqualTo(7), error);
        var lines = output.TrimEnd('\n').Split('\n').SkipWhile(line => line != "The slowest tests:").Skip(1).ToArray();
        Assert.That(lines[..4], Is.EqualTo(new[] { "  01:00:00.0  Takes_longest", "  00:01:00.5  Takes(\"a\",<b>)", "  00:00:09.1  Number_9", "  00:00:08.1  Number_8" }));
        Assert.That(lines, Has.Length.EqualTo(10));
        var asked = (await File.ReadAllLinesAsync(_folder["dotnet"]))[^1];
        Assert.That(asked, Does.EndWith($"--results-directory {results} --filter TestCategory!=Huge").And.Contain("--logger trx"));
        Assert.That(asked.Split("--results-directory"), Has.Length.EqualTo(2), "the option may be given once");
    }

    [Test]
    public async Task A_run_that_leaves_out_a_project_fails_though_its_program_ends_with_0()
    {
        await File.WriteAllTextAsync(_folder["answer"], "echo > \"$results/one.trx\"; exit 0\n");

        var (exitCode, _, error) = await RunAsync();
        var (selected, _, _) = await RunAsync("--filter", "TestCategory!=Huge");

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(error, Does.Contain("1 of 3 test projects left results"));
        Assert.That(selected, Is.Zero, "a filter may leave a project without tests");
    }

    [Test]
    public async Task Without_a_folder_for_results_it_leaves_none()
    {
        Directory.CreateDirectory(_folder["temporary"]);

        var (exitCode, output, error) = await RunAsync();

        Assert.That(exitCode, Is.Zero, output + error);
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temporary"]), Is.Empty);
    }

    private static string Result(string name, string duration)
        => $"<UnitTestResult executionId=\"1\" testName=\"{name}\" computerName=\"x\" duration=\"{duration}\" outcome=\"Passed\" />\n";

    private static (string Program, string Package)[] Table()
        => [.. File.ReadAllLines(Script).SkipWhile(line => line != "programs=\"").Skip(1).TakeWhile(line => line != "\"").Select(line => line.Split(' ')).Select(row => (row[0], row[1]))];

    private static string Find(string program) => new[] { "/usr/bin", "/bin" }.Select(folder => Path.Combine(folder, program)).First(File.Exists);

    private void Stub(string name, string body)
    {
        File.WriteAllText(_folder[$"bin/{name}"], $"#!{Find("bash")}\n{body}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder[$"bin/{name}"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        Directory.CreateDirectory(_folder["temporary"]);

        // A user without root's rights would be told to become root; the stand-in takes the place of that program.
        Stub("sudo", "shift; \"$@\"");
        var start = new ProcessStartInfo(Find("bash"), [Script, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = _folder["bin"];
        start.Environment["RECORD"] = _folder.Path;
        start.Environment["TMPDIR"] = _folder["temporary"];
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    [GeneratedRegex("(?:Process\\.Start\\(|ProcessStartInfo\\((?:\\w+ \\? )?|TarProgram\\.RunAsync\\(|RequiredProgram\\.Ensure\\()\"([a-z0-9]+)\"")]
    private static partial Regex Started();

    [GeneratedRegex("^ *need ([a-z0-9 ]+)$", RegexOptions.Multiline)]
    private static partial Regex Needed();
}
