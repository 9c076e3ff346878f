using Eden.Git.Tests.Sync;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.Repositories;

/// <summary>A clone of ours is a cache: damaged, it is made anew from its remote, once and with a warning. A repository that is not our clone is never touched.</summary>
[TestFixture]
[Category("RealGit")]
public class DamagedCloneTests
{
    private const string Warning = "Warning 3008";

    [TestCase("truncated pack")]
    [TestCase("truncated index")]
    [TestCase("empty pack")]
    [TestCase("zeroed index")]
    [TestCase("no index")]
    [TestCase("zeroed config")]
    [TestCase("empty config")]
    [TestCase("no config")]
    [TestCase("no HEAD")]
    [TestCase("no objects")]
    [TestCase("no refs")]
    [TestCase("shallow")]
    [TestCase("another's extension")]
    [TestCase("no longer bare")]
    public async Task A_damaged_clone_is_made_anew(string damage)
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await DamageAsync(scene.Clone, damage);

        var result = await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        Assert.That(result.WasCreated, Is.True);
        Assert.That(scene.Logger.Messages, Has.Exactly(1).StartWith(Warning).And.Some.Contains(scene.Clone));
        await scene.SyncAsync();
        Assert.That(scene.Logger.Messages, Has.Exactly(1).StartWith(Warning), "it is whole now");
    }

    [TestCase("truncated pack")]
    [TestCase("truncated index")]
    [TestCase("zeroed config")]
    [TestCase("no HEAD")]
    public async Task A_damaged_clone_is_made_anew_also_when_the_remote_has_news(string damage)
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await DamageAsync(scene.Clone, damage);
        await scene.CommitAsync("third");
        await scene.GitAsync("branch", "-D", "work/one");
        await scene.PushAsync();

        await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        Assert.That(scene.Logger.Messages, Has.Exactly(1).StartWith(Warning));
    }

    [TestCase("HEAD", "")]
    [TestCase("HEAD", "\0\0\0\0\0\0\0\0")]
    [TestCase("packed-refs", "")]
    [TestCase("packed-refs", "\0\0\0\0\0\0\0\0\n")]
    [TestCase("packed-refs", "# pack-refs with: peeled fully-peeled sorted \n0123456789")]
    public async Task Refs_that_are_damaged_are_written_anew(string file, string content)
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await File.WriteAllTextAsync(Path.Combine(scene.Clone, file), content);

        await scene.SyncAsync();

        await GitCli.RunAsync(scene.Clone, "fsck", "--full", "--strict");
        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
        Assert.That(await GitCli.RunAsync(scene.Clone, "symbolic-ref", "HEAD"), Is.EqualTo("refs/heads/main"));
    }

    [Test]
    public async Task What_only_a_bundle_finds_is_made_anew_within_the_same_export([Values(1, 3)] int exports)
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.CommitAsync("large", 100_000);
        await scene.PushAsync();
        var provider = Provider(scene);
        (await provider.CreateBundleAsync(Request)).Dispose();
        await FlipAsync(Directory.GetFiles(Path.Combine(scene.Clone, "objects", "pack"), "*.pack").Single());

        var bundles = await Task.WhenAll(Enumerable.Range(0, exports).Select(_ => provider.CreateBundleAsync(Request)));

        await scene.AssertIsMirrorAsync();
        Assert.That(scene.Logger.Messages, Has.Exactly(1).StartWith(Warning));
        foreach (var bundle in bundles)
        {
            Assert.That((await GitBundle.VerifyAsync(bundle.FilePath!)).Faults, Is.Empty);
            bundle.Dispose();
        }
    }

    [Test]
    public async Task A_remote_that_leaves_an_object_out_is_cloned_anew_once_and_not_for_every_export()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var blob = await scene.GitAsync("rev-parse", "main:file");
        var others = (await scene.GitAsync("rev-list", "--objects", "--all", "--no-object-names")).Split('\n').Append(await scene.GitAsync("rev-parse", "v1")).Where(id => id != blob);
        var pack = await GitCli.RunWithInputAsync(scene.Work, System.Text.Encoding.ASCII.GetBytes(string.Join('\n', others) + "\n"), "pack-objects", "--stdout", "-q");
        scene.Http.Answer = async context =>
        {
            if (context.Request.Method != "POST")
            {
                return false;
            }

            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/x-git-upload-pack-result";
            await context.Response.Body.WriteAsync((byte[])[.. "0008NAK\n"u8, .. System.Text.Encoding.ASCII.GetBytes($"{pack.Length + 5:x4}"), 1, .. pack, .. "0000"u8]);
            return true;
        };
        var provider = Provider(scene);

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => provider.CreateBundleAsync(Request));
        Assert.That(failure!.Message, Does.Contain(blob).And.Contain("missing"));
        Assert.That(failure.IsRetryable, Is.False);
        var requests = scene.Http.PackRequests;
        await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => provider.CreateBundleAsync(Request));

        Assert.That((scene.Http.PackRequests, requests), Is.EqualTo((2, 2)));
    }

    [Test]
    public async Task With_the_remote_down_a_damaged_clone_stays_as_it_is()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await DamageAsync(scene.Clone, "truncated pack");
        await DamageAsync(scene.Clone, "zeroed config");
        var before = Everything(scene.Clone);
        scene.Http.Fault = GitHttpFault.ServerError;

        var failure = await Assert.CatchAsync<GitException>(() => scene.SyncAsync());

        Assert.That(failure!.Message, Does.Contain("HTTP 500"));
        Assert.That(failure.IsTransient, Is.True);
        Assert.That(Everything(scene.Clone), Is.EqualTo(before));
        scene.Http.Fault = GitHttpFault.None;
        await scene.SyncAsync();
        await scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task Killed_while_it_was_being_made_anew_it_is_made_by_the_next_sync()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await File.WriteAllTextAsync(Path.Combine(scene.Clone, "eden-sync-unfinished"), "");
        File.Delete(Path.Combine(scene.Clone, "HEAD"));
        File.Delete(Path.Combine(scene.Clone, "eden-checkpoint-clone"));

        await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task A_damaged_clone_of_another_remote_is_refused_and_kept()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await GitCli.RunAsync(scene.Folder.Path, "init", "-q", "--bare", scene.Folder["served/other.git"]);
        await scene.SyncAsync();
        await DamageAsync(scene.Clone, "zeroed config");
        var before = Everything(scene.Clone);

        var failure = await Assert.CatchAsync<GitException>(
            () => LocalClone.EnsureAsync(scene.Clone, scene.Http.Url("other.git"), scene.Options));

        Assert.That(failure!.Message, Does.Contain("belongs to the remote").And.Contain("exp.git"));
        Assert.That(failure.IsTransient, Is.False);
        Assert.That(Everything(scene.Clone), Is.EqualTo(before));
    }

    [TestCase("truncated pack")]
    [TestCase("truncated index")]
    [TestCase("zeroed config")]
    [TestCase("no HEAD")]
    [TestCase("shallow")]
    public async Task A_damaged_repository_that_is_not_our_clone_is_refused_and_kept(string damage)
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.UserName = null;
        Directory.CreateDirectory(scene.Folder["clones"]);
        await GitCli.RunAsync(scene.Folder.Path, "clone", "-q", "--mirror", scene.Url, scene.Clone);
        await DamageAsync(scene.Clone, damage);
        var before = Everything(scene.Clone);

        var failure = await Assert.CatchAsync<GitException>(() => scene.SyncAsync());

        Assert.That(failure!.IsTransient, Is.False, failure.Message);
        Assert.That(Everything(scene.Clone), Is.EqualTo(before));
        Assert.That(scene.Logger.Messages, Has.None.StartWith(Warning));
    }

    [Test]
    public async Task A_clone_is_marked_as_ours_from_the_first_sync_on_also_when_git_made_it([Values] bool byGit)
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.UserName = null;
        if (byGit)
        {
            Directory.CreateDirectory(scene.Folder["clones"]);
            await GitCli.RunAsync(scene.Folder.Path, "clone", "-q", "--mirror", scene.Url, scene.Clone);
        }

        Assert.That(File.Exists(Path.Combine(scene.Clone, "eden-checkpoint-clone")), Is.False);
        await scene.SyncAsync();

        Assert.That((File.Exists(Path.Combine(scene.Clone, "eden-checkpoint-clone")), File.ReadAllText(Path.Combine(scene.Clone, "eden-checkpoint-clone")).Trim()), Is.EqualTo((true, scene.Url)));
        await GitCli.RunAsync(scene.Clone, "gc", "-q");
        Assert.That(File.Exists(Path.Combine(scene.Clone, "eden-checkpoint-clone")), Is.True);
    }

    private static RepoBundleRequest Request => new("exp_1", DateTimeOffset.UnixEpoch);

    private static RemoteRepoBundleProvider Provider(RemoteScene scene)
        => new(scene.Clone, scene.Url, new RemoteRepoBundleOptions { Sync = scene.Options });

    private static async Task DamageAsync(string clone, string damage)
    {
        string File(string name) => Path.Combine(clone, name);
        switch (damage)
        {
            case "truncated pack":
                await RewriteAsync(Pack(clone, ".pack"), bytes => bytes[..(bytes.Length / 2)]);
                break;
            case "empty pack":
                await RewriteAsync(Pack(clone, ".pack"), _ => []);
                break;
            case "truncated index":
                await RewriteAsync(Pack(clone, ".idx"), bytes => bytes[..(bytes.Length / 2)]);
                break;
            case "zeroed index":
                await RewriteAsync(Pack(clone, ".idx"), bytes => new byte[bytes.Length]);
                break;
            case "no index":
                System.IO.File.Delete(Pack(clone, ".idx"));
                break;
            case "zeroed config":
                await RewriteAsync(File("config"), bytes => new byte[bytes.Length]);
                break;
            case "empty config":
                await RewriteAsync(File("config"), _ => []);
                break;
            case "no config":
                System.IO.File.Delete(File("config"));
                break;
            case "no HEAD":
                System.IO.File.Delete(File("HEAD"));
                break;
            case "no objects":
                Directory.Delete(File("objects"), recursive: true);
                break;
            case "no refs":
                Directory.Delete(File("refs"), recursive: true);
                break;
            case "shallow":
                await System.IO.File.WriteAllTextAsync(File("shallow"), await GitCli.RunAsync(clone, "rev-parse", "main") + "\n");
                break;
            case "another's extension":
                await GitCli.RunAsync(clone, "config", "core.repositoryFormatVersion", "1");
                await GitCli.RunAsync(clone, "config", "extensions.mystery", "true");
                break;
            default:
                await GitCli.RunAsync(clone, "config", "core.bare", "false");
                break;
        }
    }

    private static string Pack(string clone, string extension) => Directory.GetFiles(Path.Combine(clone, "objects", "pack"), "*" + extension).Single();

    private static Task FlipAsync(string file) => RewriteAsync(file, bytes =>
    {
        bytes[bytes.Length / 2] ^= 1;
        return bytes;
    });

    private static async Task RewriteAsync(string file, Func<byte[], byte[]> change)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        File.Delete(file);
        await File.WriteAllBytesAsync(file, change(bytes));
    }

    private static Dictionary<string, string> Everything(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file)));
}
