using Eden.Checkpoint.Tests.Kit;
using Eden.Git.Packs;
using Eden.Git.Tests.Bundles;

namespace Eden.Checkpoint.Tests.Heavy;

/// <summary>Bundles read by processes of one and of several processors.</summary>
[TestFixture]
internal sealed class BundleThreadsTests
{
    private const int Seed = 7041;

    [Test]
    public async Task How_many_threads_read_a_bundle_does_not_change_what_is_found()
    {
        using var source = await ShapedRepository.CreateAsync("deltas");
        var pack = new SyntheticPack();
        var random = new Random(Seed);
        for (var blob = 0; blob < 300; blob++)
        {
            var content = new byte[10_000];
            random.NextBytes(content);
            pack.Add(PackEntryKind.Blob, content);
        }

        var sound = pack.ToBundle((pack.AddCommit(pack.Add(PackEntryKind.Tree, []), "one"), "refs/heads/main"));
        for (var round = 0; round < 8; round++)
        {
            var damaged = sound.ToArray();
            if (round > 0)
            {
                damaged[sound.Length / 9 * round] ^= 0x10;
            }

            var file = source.Folder[$"{round}.bundle"];
            await File.WriteAllBytesAsync(file, SyntheticPack.FixTrailer(damaged));
            var one = await ConsoleRun.StartAsync(new ProcessMeans { Processors = 1 }, source.Folder.Path, "bundle", "verify", file);
            var four = await ConsoleRun.StartAsync(new ProcessMeans { Processors = 4 }, source.Folder.Path, "bundle", "verify", file);
            Assert.That((four.ExitCode, four.Output, four.Error), Is.EqualTo((one.ExitCode, one.Output, one.Error)));
            Assert.That(one.ExitCode, Is.EqualTo(round == 0 ? 0 : 1));
        }
    }
}
