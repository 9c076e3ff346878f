using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Creation;

[TestFixture]
internal sealed class BundleDuringGcTests
{
    private const int Rounds = 8;

    [Test]
    public async Task A_gc_repack_or_new_commit_at_the_same_time_never_breaks_a_bundle()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.GrowAsync(await RepositoryShapes.BaseAsync(folder, "--bare"), "long", 40);
        var changing = Task.Run(() => ChangeAsync(path));

        var bundles = new List<string>();
        do
        {
            var bundle = folder[$"{bundles.Count}.bundle"];
            await BundleOracle.CreateAsync(path, bundle);
            bundles.Add(bundle);
        }
        while (!changing.IsCompleted);

        await changing;
        foreach (var bundle in bundles.Where((_, index) => index % Math.Max(1, bundles.Count / 12) == 0))
        {
            var clone = await BundleOracle.CloneAsync(folder, path, bundle);
            Assert.That(await BundleOracle.LinesAsync(clone, "for-each-ref"), Has.Length.GreaterThanOrEqualTo(4));
        }
    }

    [Test]
    public async Task A_fetch_with_prune_at_the_same_time_never_breaks_a_bundle()
    {
        using var folder = new TempFolder();
        var origin = await RepositoryShapes.GrowAsync(await RepositoryShapes.BaseAsync(folder), "long", 20);
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--mirror", "file://" + origin, folder["mirror"]);
        var fetching = Task.Run(async () =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                await RepositoryShapes.GrowAsync(origin, $"round-{round}", 5);
                await GitCli.TryRunAsync(origin, default, "branch", "-q", "-D", $"round-{round - 1}");
                await GitCli.RunAsync(folder["mirror"], "-c", $"fetch.unpackLimit={(round % 2 == 0 ? 1 : 1000)}", "fetch", "-q", "--prune");
            }
        });

        var count = 0;
        do
        {
            var name = folder[$"{count++}.bundle"];
            await BundleOracle.CreateAsync(folder["mirror"], name);
            using var bundle = BundleFile.At(name);
            Assert.That((await GitBundle.VerifyAsync(bundle)).Faults, Is.Empty, $"bundle {count}");
        }
        while (!fetching.IsCompleted);

        await fetching;
        await BundleOracle.CreateAsync(folder["mirror"], folder["last.bundle"]);
        var clone = await BundleOracle.CloneAsync(folder, folder["mirror"], folder["last.bundle"]);
        Assert.That(await BundleOracle.LinesAsync(clone, "for-each-ref"), Is.EqualTo(await BundleOracle.LinesAsync(origin, "for-each-ref")));
    }

    [Test]
    public async Task Loose_objects_that_a_gc_packs_while_the_bundle_is_written_still_get_in()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var random = new Random(11);
        for (var number = 0; number < 48; number++)
        {
            var noise = new byte[100_000];
            random.NextBytes(noise);
            File.WriteAllBytes(Path.Combine(path, $"noise-{number}"), noise);
        }

        await GitCli.RunAsync(path, "add", ".");
        await GitCli.RunAsync(path, "commit", "-q", "-m", "loose");

        GitBundleCreateResult result;
        await using (var file = new PacksWhenWritten(folder["bundle"], path))
        {
            result = await GitBundle.CreateAsync(path, file);
        }

        var clone = await BundleOracle.CloneAsync(folder, path, folder["bundle"]);
        Assert.That(Directory.GetDirectories(Path.Combine(path, ".git", "objects"), "??"), Is.Empty);
        Assert.That(
            await BundleOracle.LinesAsync(clone, "rev-list", "--objects", "--all"), Has.Length.EqualTo(result.ObjectCount));
    }

    private static async Task ChangeAsync(string path)
    {
        for (var round = 0; round < Rounds; round++)
        {
            await RepositoryShapes.GrowAsync(path, $"round-{round}", 5);
            switch (round % 4)
            {
                case 0:
                    await GitCli.RunAsync(path, "gc", "-q", "--prune=now");
                    break;
                case 1:
                    await GitCli.RunAsync(path, "repack", "-q", "-d");
                    await GitCli.RunAsync(path, "pack-refs", "--all");
                    break;
                case 2:
                    await GitCli.RunAsync(path, "branch", "-q", "-D", $"round-{round - 1}");
                    await GitCli.RunAsync(path, "repack", "-q", "-a", "-d", "-f");
                    break;
                default:
                    await GitCli.RunAsync(path, "repack", "-q", "-A", "-d");
                    await GitCli.RunAsync(path, "prune", "--expire=now");
                    break;
            }
        }
    }

    /// <summary>Packs the repository and deletes its loose objects when the first bytes arrive.</summary>
    private sealed class PacksWhenWritten(string file, string repository) : FileStream(file, FileMode.CreateNew, FileAccess.Write)
    {
        private bool _packed;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_packed)
            {
                _packed = true;
                await GitCli.RunAsync(repository, "repack", "-q", "-a", "-d");
                await GitCli.RunAsync(repository, "prune-packed", "-q");
            }

            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
