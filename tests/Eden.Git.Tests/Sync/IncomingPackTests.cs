using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Microsoft.AspNetCore.Http;

namespace Eden.Git.Tests.Sync;

/// <summary>Packs as remotes send them: thin, of every server's making, without side bands, damaged, incomplete. What is taken is what git would have.</summary>
[TestFixture]
[Category("RealGit")]
public class IncomingPackTests
{
    private const string ResultType = "application/x-git-upload-pack-result";
    private RemoteScene _scene = null!;

    [SetUp]
    public async Task SetUp() => _scene = await RemoteScene.CreateAsync();

    [TearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [TestCase(30_000)]
    [TestCase(20_000_000)]
    public async Task A_thin_pack_is_completed_from_the_clone(int bytes)
    {
        var content = await CommitFileAsync(bytes, null);
        await _scene.PushAsync();
        await _scene.SyncAsync();
        var before = Packs();
        content[bytes / 2] ^= 1;
        await CommitFileAsync(bytes, content);
        await _scene.PushAsync();

        var result = await _scene.SyncAsync();

        await _scene.AssertIsMirrorAsync();
        var added = Packs().Except(before).Single();
        var stored = (await GitCli.RunAsync(_scene.Clone, "verify-pack", "-v", added)).Split('\n').Count(line => line.Length > 40 && char.IsAsciiHexDigit(line[39]));
        Assert.That((result.ReceivedObjects, stored > 3), Is.EqualTo((3, true)), "a commit, a tree and a blob came; their bases were added");
    }

    [Test]
    public async Task A_thin_pack_is_completed_from_loose_objects_and_from_what_the_clone_borrows()
    {
        var content = await CommitFileAsync(30_000, null);
        await _scene.PushAsync();
        await _scene.SyncAsync();
        var lender = _scene.Folder["lender"];
        Directory.CreateDirectory(lender);
        await GitCli.RunAsync(lender, "init", "-q", "--bare");
        foreach (var pack in Packs())
        {
            await GitCli.RunWithInputAsync(lender, await File.ReadAllBytesAsync(pack), "unpack-objects", "-q");
            File.Delete(Path.ChangeExtension(pack, ".idx"));
            File.Delete(pack);
        }

        await File.WriteAllTextAsync(Path.Combine(_scene.Clone, "objects", "info", "alternates"), Path.Combine(lender, "objects") + "\n");
        content[7] ^= 1;
        await CommitFileAsync(30_000, content);
        await _scene.PushAsync();

        await _scene.SyncAsync();

        await _scene.AssertIsMirrorAsync();
        Assert.That(Packs(), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_clone_that_lacks_what_a_thin_pack_rests_on_is_made_anew()
    {
        var content = await CommitFileAsync(30_000, null);
        await _scene.PushAsync();
        await _scene.SyncAsync();
        var commits = await GitCli.RunAsync(_scene.Clone, "rev-list", "--all");
        var pack = Packs().Single();
        await GitCli.RunWithInputAsync(_scene.Clone, Encoding.ASCII.GetBytes(commits + "\n" + await _scene.GitAsync("rev-parse", "v1") + "\n"), "pack-objects", "-q", "objects/pack/pack");
        File.Delete(Path.ChangeExtension(pack, ".idx"));
        File.Delete(pack);
        content[7] ^= 1;
        await CommitFileAsync(30_000, content);
        await _scene.PushAsync();

        await _scene.SyncAsync();

        await _scene.AssertIsMirrorAsync();
        Assert.That(_scene.Logger.Messages, Has.Some.Contain("left out what the clone should have"));
    }

    [TestCase("gc")]
    [TestCase("packs")]
    [TestCase("loose")]
    public async Task What_any_server_sends_is_taken_first_and_later(string kind)
    {
        await _scene.SyncAsync(_scene.Options with { MaxPacks = 3 });
        for (var round = 0; round < 6; round++)
        {
            for (var commit = 0; commit < 5; commit++)
            {
                await _scene.CommitAsync($"{round} {commit}", 3000);
                await _scene.GitAsync("branch", $"work/{round}-{commit}");
            }

            await _scene.PushAsync();
            await GitCli.RunAsync(_scene.Served, kind switch
            {
                "gc" => ["gc", "-q", "--aggressive", "--prune=now"],
                "packs" => ["repack", "-d", "-q"],
                _ => ["count-objects"],
            });
            await _scene.SyncAsync(_scene.Options with { MaxPacks = 3 });
            await _scene.AssertIsMirrorAsync();
        }

        Directory.Delete(_scene.Clone, recursive: true);
        await _scene.SyncAsync();
        await _scene.AssertIsMirrorAsync();
        Assert.That(Packs(), Has.Length.EqualTo(1));
    }

    [TestCase("side-band", "ofs-delta")]
    [TestCase("ofs-delta", "multi_ack")]
    [TestCase("side-band", "multi_ack")]
    public async Task A_server_that_can_less_is_understood(string one, string other)
    {
        var content = await CommitFileAsync(30_000, null);
        content[7] ^= 1;
        await CommitFileAsync(30_000, content);
        await _scene.PushAsync();
        await GitCli.RunAsync(_scene.Served, "gc", "-q");
        _scene.Http.Answer = context => AnswerAsync(context, "info/refs", "application/x-git-upload-pack-advertisement", async () =>
        {
            var (_, refs, _) = await GitCli.TryRunAsync(_scene.Served, default, "upload-pack", "--stateless-rpc", "--advertise-refs", ".");
            var text = Encoding.Latin1.GetString(refs);
            return [.. "001e# service=git-upload-pack\n0000"u8, .. Encoding.Latin1.GetBytes(text.Replace(one, new string('x', one.Length), StringComparison.Ordinal).Replace(other, new string('x', other.Length), StringComparison.Ordinal))];
        });

        await _scene.SyncAsync();
        await _scene.AssertIsMirrorAsync();
        content[9] ^= 1;
        await CommitFileAsync(30_000, content);
        content[11] ^= 1;
        await CommitFileAsync(30_000, content);
        await _scene.PushAsync();
        await _scene.SyncAsync();
        await _scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task A_wrong_bit_anywhere_in_the_pack_fails_the_sync_and_changes_nothing([Values] bool isLater)
    {
        if (isLater)
        {
            await _scene.SyncAsync();
        }

        await CommitFileAsync(20_000, null);
        await _scene.PushAsync();
        var before = isLater ? await RemoteScene.RefsAsync(_scene.Clone) : null;
        _scene.Http.Fault = GitHttpFault.FlipMidPack;

        // Before it git tells its progress.
        for (var place = 2500; place < 20_000; place += 1750)
        {
            _scene.Http.FaultAfterBytes = place;

            var failure = await FailAsync($"byte {place}");

            Assert.That(failure.IsTransient, Is.True, failure.Message);
            Assert.That(Directory.Exists(_scene.Clone) ? await RemoteScene.RefsAsync(_scene.Clone) : null, Is.EqualTo(before), $"byte {place}");
            _scene.AssertNothingTemporary();
        }

        _scene.Http.Fault = GitHttpFault.None;
        await _scene.SyncAsync();
        await _scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task A_damaged_pack_is_named_as_the_remote_s_and_the_clone_is_left_alone()
    {
        await _scene.SyncAsync();
        var before = Packs();
        await CommitFileAsync(20_000, null);
        await _scene.PushAsync();
        _scene.Http.Fault = GitHttpFault.FlipMidPack;
        _scene.Http.FaultAfterBytes = 10_000;

        var failure = await FailAsync();

        Assert.That(failure, Is.InstanceOf<GitRemoteUnavailableException>().With.Message.Contains("sent a damaged pack"));
        Assert.That(Packs(), Is.EqualTo(before));
        Assert.That(_scene.Http.PackRequests, Is.EqualTo(2), "nothing was fetched anew");
    }

    [TestCase("after its objects comes more", 1)]
    [TestCase("an answer without a pack", 0)]
    public async Task A_pack_that_is_none_is_refused(string _, int extra)
    {
        byte[] pack = extra == 0 ? [] : [.. "PACK\0\0\0\u0002\0\0\0\0"u8, .. new byte[40]];
        byte[] answer = [.. "0008NAK\n"u8, .. Encoding.ASCII.GetBytes($"{pack.Length + 5:x4}"), 1, .. pack, .. "0000"u8];
        _scene.Http.Answer = context => AnswerAsync(context, "git-upload-pack", ResultType, () => Task.FromResult(answer));

        Assert.That((await FailAsync()).IsTransient, Is.True);
        Assert.That(Directory.Exists(_scene.Clone), Is.False);
        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task Refs_that_move_to_objects_which_are_there_need_no_pack()
    {
        await _scene.SyncAsync();
        await _scene.GitAsync("branch", "again", "HEAD~1");
        await _scene.PushAsync();

        await _scene.SyncAsync();

        await _scene.AssertIsMirrorAsync();
        Assert.That((_scene.Http.PackRequests, Packs().Length), Is.EqualTo((1, 1)));
    }

    private string[] Packs() => Directory.GetFiles(Path.Combine(_scene.Clone, "objects", "pack"), "*.pack");

    private async Task<byte[]> CommitFileAsync(int bytes, byte[]? content)
    {
        if (content is null)
        {
            content = new byte[bytes];
            new Random(4711).NextBytes(content);
        }

        await File.WriteAllBytesAsync(Path.Combine(_scene.Work, "large file"), content);
        await _scene.GitAsync("add", ".");
        await _scene.GitAsync("commit", "-q", "-m", $"a file of {bytes} bytes");
        return content;
    }

    private async Task<GitException> FailAsync(string what = "it")
    {
        try
        {
            await _scene.SyncAsync();
        }
        catch (GitException failure)
        {
            _scene.AssertNoSecret(failure);
            return failure;
        }

        throw new AssertionException($"The sync succeeded: {what}.");
    }

    private static async Task<bool> AnswerAsync(HttpContext context, string pathEnd, string contentType, Func<Task<byte[]>> body)
    {
        if (!context.Request.Path.Value!.EndsWith(pathEnd, StringComparison.Ordinal) || context.Request.Headers.Authorization.Count == 0)
        {
            return false;
        }

        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(await body());
        return true;
    }
}
