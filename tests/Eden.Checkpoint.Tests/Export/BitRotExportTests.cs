using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.Export;

/// <summary>
/// A bit of a repository's files flips before an export. The bundle of this library's own providers is not resolved a second time, so all of the damage must be found
/// while it is made: no byte is written, or an archive that a check of every object calls whole and that holds what the undamaged repository holds.
/// </summary>
[TestFixture]
[Category("RealGit")]
public class BitRotExportTests
{
    private const int FlipsPerPack = 60;
    private const int FlipsPerObject = 8;

    [TestCase("bare, one pack, packed refs", "*.pack")]
    [TestCase("bare, one pack, packed refs", "*.idx")]
    [TestCase("several packs", "*.pack")]
    [TestCase("several packs", "*.idx")]
    [TestCase("worktree with loose objects only", "?*")]
    [TestCase("deep delta chains", "*.pack")]
    [TestCase("deep delta chains", "*.idx")]
    [TestCase("deltas against named bases", "*.pack")]
    [TestCase("index version 1", "*.pack")]
    [TestCase("index version 1", "*.idx")]
    [TestCase("index with 64-bit offsets", "*.idx")]
    [TestCase("thin packs completed by fetch", "*.pack")]
    [TestCase("deltas whose bases no ref reaches", "*.pack")]
    [TestCase("duplicates across packs", "*.pack")]
    [TestCase("alternates", "*.pack")]
    public async Task No_flipped_bit_of_an_object_store_reaches_an_archive(string shape, string files)
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BuildAsync(shape, folder);
        await GitCli.RunAsync(path, "branch", "work/first", "main");
        var store = FakeStore.WithOneVariant((await GitCli.RunAsync(path, "rev-parse", "main")).Trim());
        var whole = await ExportAsync(store, path, folder);
        Assert.That(whole, Is.Not.Null, "the shape itself can be exported");
        var random = new Random(15);
        var refused = 0;
        foreach (var file in ObjectFiles(folder.Path, files))
        {
            var bytes = await File.ReadAllBytesAsync(file);

            // Git makes these files read-only.
            File.Delete(file);
            foreach (var place in Places(bytes.Length, IsPack(file) ? FlipsPerPack : FlipsPerObject, random))
            {
                var damaged = (byte[])bytes.Clone();
                damaged[place] ^= (byte)(1 << random.Next(8));
                await File.WriteAllBytesAsync(file, damaged);
                if (await ExportAsync(store, path, folder) is not { } written)
                {
                    refused++;
                    continue;
                }

                Assert.That(written.Header!.Refs, Is.EqualTo(whole!.Header!.Refs), $"{file} at {place}");
                Assert.That(GitObjectSet.Differences(written.GetObjects(), whole.GetObjects()), Is.Empty, $"{file} at {place}");
            }

            await File.WriteAllBytesAsync(file, bytes);
        }

        Assert.That(refused, Is.GreaterThan(FlipsPerPack / 4), "the flips hit what an export needs");
    }

    private static IEnumerable<string> ObjectFiles(string folder, string pattern)
        => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Where(file => IsPack(file) || Path.GetFileName(Path.GetDirectoryName(file))!.Length == 2);

    private static bool IsPack(string file) => Path.GetFileName(Path.GetDirectoryName(file)) == "pack";

    private static IEnumerable<int> Places(int length, int flips, Random random)
        => length <= flips ? Enumerable.Range(0, length) : Enumerable.Range(0, flips).Select(_ => random.Next(length));

    /// <summary>Exports, and checks every object of the archive's bundle; <see langword="null"/> when the export refused.</summary>
    private static async Task<GitBundleInspection?> ExportAsync(FakeStore store, string path, TempFolder folder)
    {
        using var destination = new RecordingStream();
        var exporter = new CheckpointExporter(store, new LocalRepoBundleProvider(path));
        try
        {
            await exporter.ExportAsync(destination, new CheckpointExportOptions { TemporaryDirectory = folder.Path });
        }
        catch (CheckpointRepoUnavailableException)
        {
            Assert.That(destination.ToArray(), Is.Empty, "nothing is written before everything is known");
            return null;
        }

        var bundle = folder["exported.bundle"];
        await File.WriteAllBytesAsync(bundle, TarMembers.Read(destination.ToArray())["checkpoint/repo.bundle"]);
        var inspection = await GitBundle.InspectAsync(bundle, new GitBundleVerifyOptions { Depth = GitVerification.Objects });
        Assert.That(inspection.Faults, Is.Empty);
        return inspection;
    }
}
