using Eden.Git.Tests.Creation;
using System.Globalization;
using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.Heavy;

/// <summary>More packs than a process may keep open: a clone that is kept by fetching gets one with every fetch.</summary>
[TestFixture, Parallelizable(ParallelScope.All)]
internal sealed class ManyPacksTests
{
    [Test, Platform("Unix")]
    public async Task Three_hundred_packs_are_bundled_by_a_process_that_may_open_ninety_six_files()
    {
        using var folder = new TempFolder();
        var path = await BuildAsync(folder, 300);

        var run = await ConsoleRun.StartAsync(
            new ProcessMeans { OpenFiles = 96 }, folder.Path, "bundle", "create", path, folder["many.bundle"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var clone = await BundleOracle.CloneAsync(folder, path, folder["many.bundle"]);
        Assert.That(
            await BundleOracle.LinesAsync(clone, "for-each-ref"), Is.EqualTo(await BundleOracle.LinesAsync(path, "for-each-ref")));
        Assert.That(
            await BundleOracle.LinesAsync(clone, "cat-file", "--batch-all-objects", "--batch-check"),
            Is.EqualTo(await BundleOracle.LinesAsync(path, "cat-file", "--batch-all-objects", "--batch-check")));
    }

    [Test]
    public async Task Packs_that_are_not_kept_open_and_vanish_while_the_bundle_is_written_are_found_again()
    {
        using var folder = new TempFolder();
        var path = await BuildAsync(folder, 600);
        Assert.That(Directory.GetFiles(Path.Combine(path, "objects", "pack"), "*.pack"), Has.Length.EqualTo(600), "more than are ever kept open");

        GitBundleCreateResult result;
        await using (var file = new RepacksWhenWritten(folder["many.bundle"], path))
        {
            result = await GitBundle.CreateAsync(path, file);
        }

        Assert.That(Directory.GetFiles(Path.Combine(path, "objects", "pack"), "*.pack"), Has.Length.EqualTo(1), "the packs were replaced");
        var clone = await BundleOracle.CloneAsync(folder, path, folder["many.bundle"]);
        Assert.That(await BundleOracle.LinesAsync(clone, "rev-list", "--objects", "--all"), Has.Length.EqualTo(result.ObjectCount));
    }

    /// <summary>Makes a repository with a pack for each commit, of blobs that fill more than one of the writer's buffers together.</summary>
    private static async Task<string> BuildAsync(TempFolder folder, int packs)
    {
        var path = folder["repository"];
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "-b", "main", path);
        await GitCli.RunAsync(path, "config", "fastimport.unpackLimit", "0");
        await GitCli.RunAsync(path, "config", "gc.auto", "0");
        var random = new Random(300);
        var noise = new byte[3_000];
        var stream = new StringBuilder();
        for (var number = 0; number < packs; number++)
        {
            random.NextBytes(noise);
            stream.Append("commit refs/heads/main\ncommitter Ada Example <ada@example.org> 1780000000 +0000\ndata 1\nx\n")
                .Append(CultureInfo.InvariantCulture, $"M 100644 inline noise\ndata {2 * noise.Length}\n{Convert.ToHexString(noise)}\ncheckpoint\n");
        }

        await RepositoryShapes.ImportAsync(path, stream.ToString());
        return path;
    }

    /// <summary>Replaces all packs by one when the first bytes arrive.</summary>
    private sealed class RepacksWhenWritten(string file, string repository) : FileStream(file, FileMode.CreateNew, FileAccess.Write)
    {
        private bool _repacked;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_repacked)
            {
                _repacked = true;
                await GitCli.RunAsync(repository, "repack", "-q", "-a", "-d");
            }

            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
