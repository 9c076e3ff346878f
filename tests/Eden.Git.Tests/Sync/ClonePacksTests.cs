using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Sync;

/// <summary>Each sync adds a pack; from time to time one makes one of them.</summary>
[TestFixture]
public class ClonePacksTests
{
    private RemoteScene _scene = null!;

    [SetUp]
    public async Task SetUp() => _scene = await RemoteScene.CreateAsync();

    [TearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [Test]
    public async Task When_there_are_more_than_allowed_one_is_made_of_them_with_all_that_they_hold()
    {
        await SyncAsync(syncs: 3, maxPacks: 3);
        Assert.That(Packs(), Has.Length.EqualTo(3));
        await _scene.GitAsync("checkout", "-q", "-b", "work/gone");
        var gone = await _scene.CommitAsync("of a branch that is deleted");
        await SyncAsync(syncs: 1, maxPacks: null);
        await _scene.GitAsync("checkout", "-q", "main");
        await _scene.GitAsync("branch", "-q", "-D", "work/gone");
        Assert.That(Packs(), Has.Length.EqualTo(4));

        await SyncAsync(syncs: 1, maxPacks: 3);

        Assert.That(Packs(), Has.Length.EqualTo(1));
        Assert.That(Directory.GetFiles(PackFolder), Has.Length.EqualTo(2), "a pack and its index");
        await _scene.AssertIsMirrorAsync();
        Assert.That(await GitCli.RunAsync(_scene.Clone, "cat-file", "-t", gone), Is.EqualTo("commit"), "rows may name it still");
        Assert.That(_scene.Logger.Messages, Has.Some.Contains("Made one pack of the 5"));
        await SyncAsync(syncs: 1, maxPacks: 3);
        await _scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task A_sync_without_news_merges_too_and_leaves_what_is_to_be_kept_and_no_index_of_many_packs()
    {
        await SyncAsync(syncs: 1, maxPacks: null);
        var kept = Packs().Single();
        await File.WriteAllTextAsync(Path.ChangeExtension(kept, ".keep"), "");
        await SyncAsync(syncs: 3, maxPacks: null);
        await GitCli.RunAsync(_scene.Clone, "multi-pack-index", "write");

        await _scene.SyncAsync(_scene.Options with { MaxPacks = 2 });

        Assert.That(Packs(), Has.Length.EqualTo(2).And.Member(kept));
        Assert.That(File.Exists(Path.Combine(PackFolder, "multi-pack-index")), Is.False);
        File.Delete(Path.ChangeExtension(kept, ".keep"));
        await _scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task Nothing_is_deleted_and_the_sync_succeeds_when_an_object_is_damaged()
    {
        await SyncAsync(syncs: 3, maxPacks: null);
        var damaged = Packs()[0];
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(damaged, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var content = await File.ReadAllBytesAsync(damaged);
        content[content.Length / 2] ^= 0x55;
        await File.WriteAllBytesAsync(damaged, content);
        var before = Directory.GetFiles(PackFolder).Order().ToArray();

        var result = await _scene.SyncAsync(_scene.Options with { MaxPacks = 2 });

        Assert.That(result.RefCount, Is.Positive);
        Assert.That(Directory.GetFiles(PackFolder).Order(), Is.EqualTo(before));
        Assert.That(_scene.Logger.Messages, Has.Some.Contains("could not be made one"));
        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task A_clone_that_borrows_objects_is_left_to_who_made_it()
    {
        await SyncAsync(syncs: 2, maxPacks: null);
        await File.WriteAllTextAsync(Path.Combine(_scene.Clone, "objects", "info", "alternates"), Path.Combine(_scene.Served, "objects") + "\n");

        await SyncAsync(syncs: 1, maxPacks: 1);

        Assert.That(Packs(), Has.Length.EqualTo(2), "what came is among the borrowed ones");
    }

    [TestCase(0)]
    [TestCase(1_000_001)]
    public void Senseless_numbers_are_refused(int packs)
        => Assert.That(() => new LocalCloneOptions { MaxPacks = packs }, Throws.InstanceOf<ArgumentOutOfRangeException>());

    private string PackFolder => Path.Combine(_scene.Clone, "objects", "pack");

    private string[] Packs() => Directory.GetFiles(PackFolder, "*.pack");

    private async Task SyncAsync(int syncs, int? maxPacks)
    {
        for (var sync = 0; sync < syncs; sync++)
        {
            await _scene.CommitAsync($"before a sync of at most {maxPacks} packs");
            await _scene.PushAsync();
            await _scene.SyncAsync(_scene.Options with { MaxPacks = maxPacks });
        }
    }
}
