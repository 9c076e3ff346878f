using System.Diagnostics;
using Eden.Checkpoint.Tests.Kit;
using Eden.Shared;

namespace Eden.Checkpoint.Tests.Shared;

/// <summary>What processes leave that were killed in the middle of their work, and what they have while they live.</summary>
[TestFixture]
[Platform("Linux")]
public class LeftoverTests
{
    private TempFolder _folder = null!;
    private byte[] _archive = [];

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder["temp"]);
        using var archive = new MemoryStream();
        await new CheckpointExporter(SyntheticExperiment.WithoutRepository(300).ToInMemoryStore(), new NoRepository()).ExportAsync(archive);
        _archive = archive.ToArray();
        await File.WriteAllBytesAsync(_folder["good.tar"], _archive);
        Assert.That(_archive, Has.Length.GreaterThan(4 << 16), "too small: a pipe would hold the half of it");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task The_spool_of_a_killed_process_is_removed_by_the_next_and_that_of_a_living_one_is_not()
    {
        var (killed, first) = await BeginAsync("first");
        using (killed)
        using (first)
        {
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        var left = Directory.GetDirectories(_folder["temp"]).Single();
        var (living, second) = await BeginAsync("second");
        using (living)
        {
            string spool;
            using (second)
            {
                Assert.That(Directory.Exists(left), Is.False, "the next use has begun");
                spool = Directory.GetDirectories(_folder["temp"]).Single();

                var third = await ConsoleRun.StartAsync(_folder["temp"], "verify", _folder["good.tar"]);

                Assert.That(third.ExitCode, Is.Zero, third.Error);
                Assert.That(Directory.GetDirectories(_folder["temp"]), Is.EqualTo(new[] { spool }), "its owner is at work");
                await second.WriteAsync(_archive.AsMemory(_archive.Length / 2));
            }

            var run = await ConsoleRun.EndAsync(living);
            Assert.That(run.ExitCode, Is.Zero, run.Error);
        }

        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty);
    }

    [Test]
    public void Private_directories_that_many_make_and_remove_in_one_place_stand_in_nobodys_way()
    {
        var made = 0;

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            for (var round = 0; round < 250; round++)
            {
                using var directory = TemporaryDirectory.Create(_folder["temp"]);
                File.WriteAllText(directory.File("x"), "");
                Interlocked.Increment(ref made);
            }
        });

        Assert.That(made, Is.EqualTo(2000));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty);
    }

    [Test]
    public async Task A_half_written_archive_of_a_killed_process_is_removed_by_the_next_export_into_its_directory()
    {
        var experiment = SyntheticExperiment.WithoutRepository(300);
        await ExperimentFolder.WriteAsync(experiment, _folder["store"]);
        Directory.CreateDirectory(_folder["out"]);
        await File.WriteAllTextAsync(_folder["config.yaml"], "# " + new string('x', 900_000));
        string[] export = ["export", "--store", "dir:" + _folder["store"], "--experiment-id", experiment.ExperimentId, "--config", _folder["config.yaml"], "--out"];

        // The system kills a process that writes beyond this limit, which only the archive does.
        var killed = await ConsoleRun.StartAsync(new ProcessMeans { FileBytes = 1_300_000 }, _folder["temp"], [.. export, _folder["out/a.tar"]]);
        Assert.That(killed.ExitCode, Is.GreaterThan(128), killed.Error);
        Assert.That(Directory.GetFiles(_folder["out"]).Select(Path.GetFileName), Has.Exactly(1).Items.And.All.StartsWith("."));
        Assert.That(Directory.GetDirectories(_folder["temp"]), Has.Exactly(1).Items);

        var next = await ConsoleRun.StartAsync(_folder["temp"], [.. export, _folder["out/b.tar"]]);

        Assert.That(next.ExitCode, Is.Zero, next.Error);
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["out"]).Select(Path.GetFileName), Is.EqualTo(new[] { "b.tar" }));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty);
    }

    [Test]
    public async Task What_a_killed_process_left_beside_a_repositorys_place_is_removed_by_the_next_in_that_folder()
    {
        await GitCli.RunAsync(_folder.Path, "init", "-q", "work");
        await File.WriteAllBytesAsync(_folder["work/blob"], Random.Shared.GetItems<byte>([.. Enumerable.Range(0, 256).Select(value => (byte)value)], 1_000_000));
        await GitCli.RunAsync(_folder["work"], "add", ".");
        await GitCli.RunAsync(_folder["work"], "commit", "-q", "-m", "a blob");
        await GitCli.RunAsync(_folder["work"], "bundle", "create", "-q", _folder["x.bundle"], "--all");
        Directory.CreateDirectory(_folder["repos"]);

        var killed = await ConsoleRun.StartAsync(new ProcessMeans { FileBytes = 500_000 }, _folder["temp"], "bundle", "restore", _folder["x.bundle"], _folder["repos/a.git"]);
        Assert.That(killed.ExitCode, Is.GreaterThan(128), killed.Error);
        Assert.That(Directory.GetDirectories(_folder["repos"]).Select(Path.GetFileName), Has.Exactly(1).Items.And.None.EqualTo("a.git"));

        var next = await ConsoleRun.StartAsync(_folder["temp"], "bundle", "restore", _folder["x.bundle"], _folder["repos/b.git"]);

        Assert.That(next.ExitCode, Is.Zero, next.Error);
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["repos"]).Select(Path.GetFileName), Is.EqualTo(new[] { "b.git" }));
    }

    [Test]
    public async Task What_only_looks_like_a_leftover_stays()
    {
        string[] foreign = ["eden-checkpoint-notes", "eden-checkpoint-" + new string('0', 31), "eden-test-" + new string('0', 32)];
        foreach (var name in foreign.Append("target"))
        {
            Directory.CreateDirectory(_folder[$"temp/{name}"]);
            await File.WriteAllTextAsync(_folder[$"temp/{name}/.eden-owner"], "");
        }

        // Links, and folders that somebody has filled without a lock in them, are not ours to remove.
        Directory.CreateSymbolicLink(_folder["temp/eden-checkpoint-" + new string('1', 32)], _folder["temp/target"]);
        Directory.CreateDirectory(_folder["temp/eden-checkpoint-" + new string('2', 32)]);
        await File.WriteAllTextAsync(_folder["temp/eden-checkpoint-" + new string('2', 32) + "/work"], "");
        var before = Entries();

        // A process that was killed between making its folder and locking it leaves it empty.
        Directory.CreateDirectory(_folder["temp/eden-checkpoint-" + new string('3', 32)]);
        await SpoolAsync();

        Assert.That(Entries(), Is.EquivalentTo(before));

        string[] Entries() => Directory.GetFileSystemEntries(_folder["temp"], "*", SearchOption.AllDirectories);
    }

    [Test]
    public async Task Another_users_leftovers_are_that_users_to_remove()
    {
        if (Environment.UserName != "root")
        {
            Assert.Ignore("Giving a folder to somebody else needs root.");
        }

        var theirs = _folder["temp/eden-checkpoint-" + new string('4', 32)];
        Directory.CreateDirectory(theirs);
        await File.WriteAllTextAsync(Path.Combine(theirs, ".eden-owner"), "");
        using (var chown = Process.Start("chown", ["-R", "65534", theirs]))
        {
            await chown.WaitForExitAsync();
        }

        await SpoolAsync();

        Assert.That(Directory.Exists(theirs), Is.True);
    }

    private async Task SpoolAsync()
    {
        using var bundle = await RepoBundle.FromStreamAsync(new MemoryStream("bytes"u8.ToArray()), _folder["temp"]);
        Assert.That(bundle.Length, Is.EqualTo(5));
    }

    /// <summary>Starts a process that has read half of an archive and waits for the rest.</summary>
    private async Task<(Process Process, FileStream Pipe)> BeginAsync(string name)
    {
        await NamedPipe.MakeAsync(_folder[name]);
        var process = ConsoleRun.Begin(_folder["temp"], "verify", _folder[name]);
        var pipe = await NamedPipe.OpenAsync(_folder[name]);

        // More than the pipe holds: when all is written, most was read.
        await pipe.WriteAsync(_archive.AsMemory(0, _archive.Length / 2));
        return (process, pipe);
    }

    private sealed class NoRepository : IRepoBundleProvider
    {
        public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default) => Task.FromResult(RepoBundle.Empty);
    }
}
