using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>The console host between other programs: archives and bundles through standard input, standard output and named pipes.</summary>
[TestFixture]
[Platform("Linux")]
public class StreamTests
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
    }

    [TearDown]
    public void Remove()
    {
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty, "temporary files were left");
        _folder.Dispose();
    }

    private string Export => $"export --store dir:{_folder["rows"]} --experiment-id {_experiment.ExperimentId} --repo-path {_folder["repo.git"]}";

    [TestCase("-")]
    [TestCase("/dev/stdout")]
    public async Task An_archive_goes_through_a_compressor_into_every_verb_that_reads_one(string output)
    {
        RequiredProgram.Ensure("zstd");
        var packed = _folder["a.tar.zst"];

        var exported = await ConsoleRun.ShellAsync(_folder["temp"], $"{Export} --out {output} | zstd -q > {packed}");

        Assert.That(exported.Output, Is.Empty);
        Assert.That(exported.Error, Does.Contain("wrote standard output").And.Contain("resumable"));
        foreach (var input in new[] { "-", "/dev/stdin" })
        {
            var verified = await PipeAsync($"verify --require-resumable {input}");
            Assert.That((verified.ExitCode, verified.Output), Is.EqualTo((0, $"{(input == "-" ? "standard input" : input)}: valid, resumable\n")), verified.Error);
            var inspected = await PipeAsync($"inspect {input}");
            Assert.That((inspected.ExitCode, inspected.Output.Contains(_experiment.ExperimentId, StringComparison.Ordinal)), Is.EqualTo((0, true)), inspected.Error);
            var compared = await PipeAsync($"compare {input} dir:{_folder["rows"]} --repo-b {_folder["repo.git"]}");
            Assert.That((compared.ExitCode, compared.Output.Contains("\nequal", StringComparison.Ordinal)), Is.EqualTo((0, true)), compared.Error);
            await using var database = await TempPostgres.CreateDatabaseAsync();
            var imported = await PipeAsync($"import {input} --store '{database.Url}' --experiment-id {_experiment.ExperimentId}");
            Assert.That((imported.ExitCode, imported.Output.StartsWith("imported ", StringComparison.Ordinal)), Is.EqualTo((0, true)), imported.Error);
        }

        Task<ConsoleRun> PipeAsync(string line) => ConsoleRun.ShellAsync(_folder["temp"], line, $"zstd -dq < {packed}");
    }

    [Test]
    public async Task What_goes_through_standard_output_is_what_a_file_gets()
    {
        var streamed = await ConsoleRun.ShellAsync(_folder["temp"], $"{Export} --out - > {_folder["streamed.tar"]}");
        var named = await ConsoleRun.ShellAsync(_folder["temp"], $"{Export} --json --out {_folder["named.tar"]}");
        Assert.That((streamed.ExitCode, named.ExitCode), Is.EqualTo((0, 0)), streamed.Error + named.Error);

        var compared = await ConsoleRun.StartAsync(_folder["temp"], "compare", _folder["streamed.tar"], _folder["named.tar"]);

        Assert.That(compared.ExitCode, Is.Zero, compared.Output);
        Assert.That(new FileInfo(_folder["streamed.tar"]).Length, Is.EqualTo(new FileInfo(_folder["named.tar"]).Length));
    }

    [Test]
    public async Task A_failed_export_leaves_standard_output_empty_also_with_json()
    {
        await GitCli.RunAsync(_folder["repo.git"], "update-ref", "-d", $"refs/heads/{SyntheticLineage.WorkBranch(0)}");

        var run = await ConsoleRun.ShellAsync(_folder["temp"], $"{Export} --json --out -");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((3, "")));
        Assert.That(run.Error, Does.Contain("eden://reference-error/checkpoint-repo-unavailable"));
    }

    [Test]
    public async Task A_reader_that_leaves_ends_an_export_with_3()
    {
        await NamedPipe.MakeAsync(_folder["pipe"]);

        var run = await ConsoleRun.ShellAsync(
            _folder["temp"], $"{Export} --out {_folder["pipe"]}", $"head -c 600 {_folder["pipe"]} > {_folder["head"]} & true");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Output);
        Assert.That(run.Error, Does.Contain("pipe").IgnoreCase);
        Assert.That(new FileInfo(_folder["head"]).Length, Is.EqualTo(600));
    }

    [Test]
    public async Task A_bundle_goes_from_one_process_to_the_next()
    {
        var created = await ConsoleRun.ShellAsync(_folder["temp"], $"bundle create {_folder["repo.git"]} - > {_folder["repo.bundle"]}");
        Assert.That(created.ExitCode, Is.Zero, created.Error);
        await GitCli.RunAsync(_folder.Path, "clone", "--quiet", "--mirror", "repo.bundle", "cloned.git");

        var verified = await PipeAsync("bundle verify -");
        var listed = await PipeAsync("bundle list -");
        var restored = await PipeAsync($"bundle restore - {_folder["restored.git"]}");

        Assert.That((verified.ExitCode, listed.ExitCode, restored.ExitCode), Is.EqualTo((0, 0, 0)), verified.Error + listed.Error + restored.Error);
        Assert.That(verified.Output, Does.StartWith("standard input: whole"));
        Assert.That(listed.Output.TrimEnd('\n'), Is.EqualTo(await GitCli.RunAsync(_folder.Path, "bundle", "list-heads", "repo.bundle")));
        Assert.That(
            await GitCli.RunAsync(_folder["restored.git"], "for-each-ref"), Is.EqualTo(await GitCli.RunAsync(_folder["repo.git"], "for-each-ref")));

        Task<ConsoleRun> PipeAsync(string line) => ConsoleRun.ShellAsync(_folder["temp"], line, $"cat {_folder["repo.bundle"]}");
    }

    [TestCase("verify - -")]
    [TestCase("compare - -")]
    public async Task Standard_input_is_read_once(string line)
    {
        var run = await ConsoleRun.ShellAsync(_folder["temp"], line);

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Output);
        Assert.That(run.Error, Does.Contain("standard input can be read once"));
    }

    [Test]
    public async Task Nothing_on_standard_input_is_an_archive_that_is_cut_off()
    {
        var verified = await ConsoleRun.StartAsync(_folder["temp"], "verify", "-");
        var inspected = await ConsoleRun.StartAsync(_folder["temp"], "inspect", "-");

        Assert.That((verified.ExitCode, inspected.ExitCode), Is.EqualTo((1, 1)), verified.Error + inspected.Error);
    }
}
