using System.Diagnostics;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Sync;
using Microsoft.AspNetCore.Http;

namespace Eden.Git.Tests.Sync;

/// <summary>What goes wrong with a remote, a credential or the clone's folder: one typed error, nothing half present, no secret shown.</summary>
[TestFixture]
[Category("RealGit")]
public class LocalCloneFailureTests
{
    [TestCase(GitHttpFault.ServerError, "HTTP 500", true)]
    [TestCase(GitHttpFault.Unauthorized, "rejected the credential", false)]
    [TestCase(GitHttpFault.WebPage, "not as a git repository", false)]
    [TestCase(GitHttpFault.CloseMidPack, "broke|synced", true)]
    public async Task A_failing_remote_leaves_no_clone_and_the_next_sync_succeeds(GitHttpFault fault, string message, bool mayPass)
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.CommitAsync("large", 200_000);
        await scene.PushAsync();
        scene.Http.Fault = fault;

        var failure = await FailAsync(scene, mayPass: mayPass);

        Assert.That(failure.Message, Does.Match(message).And.Contain("127.0.0.1"));
        Assert.That(Directory.Exists(scene.Clone), Is.False);
        scene.AssertNothingTemporary();
        scene.Http.Fault = GitHttpFault.None;
        await scene.SyncAsync();
        await scene.AssertIsMirrorAsync();
    }

    [TestCase(GitHttpFault.ServerError)]
    [TestCase(GitHttpFault.CloseMidPack)]
    public async Task A_failing_fetch_leaves_the_clone_as_it_was(GitHttpFault fault)
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        var before = await RemoteScene.RefsAsync(scene.Clone);
        await scene.CommitAsync("large", 200_000);
        await scene.GitAsync("branch", "-D", "work/one");
        await scene.PushAsync();
        scene.Http.Fault = fault;

        await FailAsync(scene);

        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(before));
        scene.AssertNothingTemporary();
        scene.Http.Fault = GitHttpFault.None;
        await scene.SyncAsync();
        await scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task A_rejected_credential_is_not_tried_again()
    {
        await using var scene = await RemoteScene.CreateAsync();

        var failure = await FailAsync(scene, scene.Options with { Credentials = new StaticCredentials("ada", "wrong") }, mayPass: false);

        Assert.That(failure.Message, Does.Contain("rejected the credential"));
        Assert.That(scene.Http.Authorizations, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_remote_that_wants_a_credential_when_there_is_none_says_so()
    {
        await using var scene = await RemoteScene.CreateAsync();

        var failure = await FailAsync(scene, new LocalCloneOptions(), mayPass: false);

        Assert.That(failure.Message, Does.Contain("no credential is configured"));
    }

    [Test]
    public async Task An_open_remote_is_told_no_credential()
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.UserName = null;

        await scene.SyncAsync();

        Assert.That(scene.Http.Authorizations, Is.Empty);
    }

    [Test]
    public async Task A_password_in_the_url_serves_but_is_stored_and_shown_nowhere()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var url = scene.Url.Replace("http://", $"http://ada:{Uri.EscapeDataString(RemoteScene.Password)}@", StringComparison.Ordinal);

        await LocalClone.EnsureAsync(scene.Clone, url, new LocalCloneOptions { Logger = scene.Logger });
        await scene.AssertIsMirrorAsync();
        scene.Http.Password = "changed";
        await scene.CommitAsync("third");
        await scene.PushAsync();
        var failure = await Assert.CatchAsync<GitException>(
            () => LocalClone.EnsureAsync(scene.Clone, url, new LocalCloneOptions { Logger = scene.Logger }));

        scene.AssertNoSecret(failure);
        Assert.That(failure!.ToString(), Does.Not.Contain(Uri.EscapeDataString(RemoteScene.Password)));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(scene.Clone, "config")), Does.Not.Contain("ada"));
    }

    [Test]
    public async Task A_redirect_to_another_host_gets_neither_a_request_nor_the_credential()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await using var other = await GitHttpRemote.StartAsync(scene.Folder["served"]);
        (other.UserName, other.Password) = ("ada", RemoteScene.Password);
        scene.Http.Fault = GitHttpFault.Redirect;
        scene.Http.RedirectTarget = other.BaseAddress.ToString().TrimEnd('/');

        var failure = await FailAsync(scene, mayPass: false);

        Assert.That(failure.Message, Does.Contain("redirects to").And.Contain(other.BaseAddress.Authority));
        Assert.That((other.Requests, other.Authorizations.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_redirect_on_the_same_host_is_followed()
    {
        await using var scene = await RemoteScene.CreateAsync();
        Directory.Move(scene.Served, scene.Folder["served/moved.git"]);
        Directory.CreateSymbolicLink(scene.Served, scene.Folder["served/moved.git"]);
        scene.Http.OnRequest = request =>
        {
            scene.Http.Fault = request.Path.StartsWithSegments("/exp.git", StringComparison.Ordinal) ? GitHttpFault.Redirect : GitHttpFault.None;
            request.Path = request.Path.Value!.Replace("/exp.git", "/moved.git", StringComparison.Ordinal);
            return Task.CompletedTask;
        };

        await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task An_endless_redirect_ends()
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.Fault = GitHttpFault.Redirect;

        var failure = await FailAsync(scene, mayPass: false);

        Assert.That(failure.Message, Does.Contain("redirects"));
        Assert.That(scene.Http.Requests, Is.LessThan(10));
    }

    [Test]
    public async Task A_remote_that_is_down_is_named()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.Http.DisposeAsync();

        var failure = await FailAsync(scene);

        Assert.That(failure.Message, Does.Contain(scene.Url).And.Contain("cannot be reached"));
        Assert.That(failure.InnerException, Is.InstanceOf<HttpRequestException>());
        Assert.That(Directory.Exists(scene.Clone), Is.False);
    }

    [Test]
    public async Task A_repository_that_is_not_there_is_named()
    {
        await using var scene = await RemoteScene.CreateAsync();

        var failure = await Assert.CatchAsync<GitException>(
            () => LocalClone.EnsureAsync(scene.Clone, scene.Http.Url("other.git"), scene.Options));

        Assert.That(failure!.Message, Does.Contain("other.git").And.Contain("404"));
        await Assert.CatchAsync<GitException>(() => LocalClone.EnsureAsync(scene.Clone, scene.Folder["nowhere"], scene.Options));
    }

    [Test]
    public async Task A_changed_url_is_noticed_before_anything_is_asked()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await GitCli.RunAsync(scene.Clone, "config", "remote.origin.url", $"http://ada:{RemoteScene.Password}@git.example.org/exp.git");
        var before = scene.Http.Requests;

        var failure = await FailAsync(scene, mayPass: false);

        Assert.That(failure.Message, Does.Contain("http://***@git.example.org/exp.git").And.Contain(scene.Url));
        Assert.That(scene.Http.Requests, Is.EqualTo(before));
    }

    [TestCase("file")]
    [TestCase("folder")]
    [TestCase("work tree")]
    [TestCase("shallow")]
    public async Task Something_else_in_the_clone_s_place_is_left_alone(string kind)
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.UserName = null;
        Directory.CreateDirectory(scene.Folder["clones"]);
        switch (kind)
        {
            case "file":
                await File.WriteAllTextAsync(scene.Clone, "mine");
                break;
            case "folder":
                Directory.CreateDirectory(scene.Clone);
                await File.WriteAllTextAsync(Path.Combine(scene.Clone, "mine"), "mine");
                break;
            case "work tree":
                await GitCli.RunAsync(scene.Folder.Path, "clone", "-q", scene.Url, scene.Clone);
                break;
            default:
                await GitCli.RunAsync(scene.Folder.Path, "clone", "-q", "--mirror", "--depth", "1", scene.Url, scene.Clone);
                break;
        }

        var failure = await FailAsync(scene, mayPass: false);

        Assert.That(failure.Message, Does.Contain(scene.Clone));
        Assert.That(File.Exists(scene.Clone) || Directory.EnumerateFileSystemEntries(scene.Clone).Any(), Is.True);
    }

    [Test]
    public async Task A_clone_of_another_user_is_synced_all_the_same()
    {
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
        {
            Assert.Ignore("Only root can give a folder to another user.");
        }

        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await scene.CommitAsync("third");
        await scene.PushAsync();
        using (var chown = Process.Start("chown", ["-R", "12345:12345", scene.Clone]))
        {
            await chown.WaitForExitAsync();
        }

        await scene.SyncAsync();

        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
        Assert.That(LibGit2Sharp.GlobalSettings.GetOwnerValidation(), Is.True);
    }

    [Test]
    public async Task A_remote_that_moves_between_listing_and_pack_is_listed_again()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var moved = false;
        scene.Http.OnRequest = async request =>
        {
            if (request.Method == HttpMethods.Post && !moved)
            {
                moved = true;
                await scene.GitAsync("commit", "-q", "--amend", "-m", "another second");
                await scene.GitAsync("tag", "-d", "v1");
                await scene.PushAsync();
                await GitCli.RunAsync(scene.Served, "gc", "-q", "--prune=now");
            }
        };

        await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        Assert.That(moved, Is.True);
    }

    [Test]
    public async Task Progress_is_told_in_objects_that_have_arrived_then_in_resolved_ones_and_ends_at_the_total()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var steps = new List<GitProgress>();
        var progress = new Moq.Mock<IProgress<GitProgress>>();
        progress.Setup(target => target.Report(Moq.It.IsAny<GitProgress>())).Callback<GitProgress>(steps.Add);

        var result = await scene.SyncAsync(scene.Options with { Progress = progress.Object });

        var done = new GitProgress(GitPhase.Fetch, result.ReceivedObjects, result.ReceivedObjects, scene.Url);
        Assert.That(steps, Is.EqualTo(new[] { done, done with { Item = "objects resolved" } }));
    }

    [Test]
    public async Task Two_syncs_at_once_take_turns()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.CommitAsync("large", 500_000);
        await scene.PushAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => scene.SyncAsync()));

        await scene.AssertIsMirrorAsync();
        Assert.That(results.Count(result => result.WasCreated), Is.EqualTo(1));
    }

    [Test]
    public async Task A_sync_waits_for_one_in_another_process_and_can_be_cancelled_meanwhile()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("flock(1) is the other process here.");
        }

        await using var scene = await RemoteScene.CreateAsync();
        Directory.CreateDirectory(scene.Folder["clones"]);
        var start = new ProcessStartInfo("flock") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[scene.Clone + ".sync-lock", "sh", "-c", "echo held; cat"])
        {
            start.ArgumentList.Add(argument);
        }

        using var other = Process.Start(start)!;
        Assert.That(await other.StandardOutput.ReadLineAsync(), Is.EqualTo("held"));
        Assert.That(SyncLock.TryAcquire(scene.Clone), Is.Null);
        using (var cancellation = new CancellationTokenSource())
        {
            var cancelled = scene.SyncAsync(cancellationToken: cancellation.Token);
            await cancellation.CancelAsync();
            await Assert.ThatAsync(async () => await cancelled, Throws.InstanceOf<OperationCanceledException>());
        }

        var waiting = scene.SyncAsync();
        Assert.That(scene.Http.Requests, Is.Zero);
        other.StandardInput.Close();
        await other.WaitForExitAsync();
        await waiting;
        await scene.AssertIsMirrorAsync();
    }

    [TestCase(GitHttpFault.Hang)]
    [TestCase(GitHttpFault.StallMidPack)]
    public async Task A_sync_that_hangs_is_cancelled_and_leaves_nothing(GitHttpFault fault)
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.CommitAsync("large", 200_000);
        await scene.PushAsync();
        scene.Http.Fault = fault;
        using var cancellation = new CancellationTokenSource();
        scene.Http.OnRequest = request =>
        {
            if (fault == GitHttpFault.Hang || request.Method == HttpMethods.Post)
            {
                cancellation.CancelAfter(TimeSpan.FromMilliseconds(100));
            }

            return Task.CompletedTask;
        };

        await Assert.ThatAsync(async () => await scene.SyncAsync(cancellationToken: cancellation.Token), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(Directory.Exists(scene.Clone), Is.False);
        scene.AssertNothingTemporary();
    }

    [Test]
    public async Task A_sync_that_was_cancelled_beforehand_asks_nothing()
    {
        await using var scene = await RemoteScene.CreateAsync();

        await Assert.ThatAsync(async () => await scene.SyncAsync(cancellationToken: new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(scene.Http.Requests, Is.Zero);
    }

    [Test]
    public async Task A_sync_ends_when_its_time_is_over()
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.Fault = GitHttpFault.Hang;

        var failure = await FailAsync(scene, scene.Options with { Timeout = TimeSpan.FromMilliseconds(300) });

        Assert.That(failure.InnerException, Is.InstanceOf<TimeoutException>());
        scene.AssertNothingTemporary();
    }

    [Test]
    public async Task What_a_killed_sync_left_is_removed_but_a_foreign_lock_is_respected()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await scene.CommitAsync("third");
        await scene.PushAsync();
        var inside = Path.Combine(scene.Clone, "eden-sync-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(inside);
        Directory.CreateDirectory(scene.Clone + ".sync-" + Guid.NewGuid().ToString("N"));
        var locked = Path.Combine(scene.Clone, "packed-refs.lock");
        await File.WriteAllTextAsync(locked, "");

        // Without a mark the killed sync had not begun to change the clone: the lock is somebody else's.
        var failure = await FailAsync(scene);
        Assert.That(failure.Message, Does.Contain("packed-refs.lock"));
        Assert.That(File.Exists(locked), Is.True);

        Directory.CreateDirectory(inside);
        await File.WriteAllTextAsync(Path.Combine(inside, "installing"), "");
        await File.WriteAllTextAsync(locked, "");
        await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task A_lock_that_stood_before_a_killed_sync_began_to_change_the_clone_stays_whatever_the_clocks_said()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await scene.CommitAsync("third");
        await scene.PushAsync();
        var inside = Path.Combine(scene.Clone, "eden-sync-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(inside);
        await File.WriteAllTextAsync(Path.Combine(inside, "installing"), "packed-refs.lock\n");
        var theirs = Path.Combine(scene.Clone, "packed-refs.lock");
        var ours = Path.Combine(scene.Clone, "HEAD.lock");
        foreach (var (file, year) in new[] { (theirs, 2035), (ours, 2000) })
        {
            await File.WriteAllTextAsync(file, "");
            File.SetLastWriteTimeUtc(file, new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        var failure = await FailAsync(scene);

        Assert.That(failure.Message, Does.Contain("packed-refs.lock"));
        Assert.That((File.Exists(theirs), File.Exists(ours)), Is.EqualTo((true, false)));
        File.Delete(theirs);
        await scene.SyncAsync();
        await scene.AssertIsMirrorAsync();
    }

    [TestCase("")]
    [TestCase("merged")]
    public async Task A_pack_whose_index_did_not_follow_it_into_the_clone_is_removed(string folder)
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        var packs = Path.Combine(scene.Clone, "objects", "pack");
        var leftover = Path.Combine(scene.Clone, "eden-sync-" + Guid.NewGuid().ToString("N"));
        var staged = Path.Combine(leftover, folder, "objects", "pack");
        Directory.CreateDirectory(staged);
        var half = Path.Combine(packs, $"pack-{new string('1', 40)}");
        await File.WriteAllTextAsync(half + ".pack", "moved");
        await File.WriteAllTextAsync(Path.Combine(staged, $"pack-{new string('1', 40)}.idx"), "not moved");

        // One that both have moved is whole, whatever else is there.
        var whole = Directory.GetFiles(packs, "*.idx").First();
        await File.WriteAllTextAsync(Path.Combine(staged, Path.GetFileName(whole)), "an equal one");
        await scene.SyncAsync();

        Assert.That(File.Exists(half + ".pack"), Is.False);
        await scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task A_first_clone_that_was_killed_while_filling_an_existing_folder_starts_again()
    {
        await using var scene = await RemoteScene.CreateAsync();
        Directory.CreateDirectory(Path.Combine(scene.Clone, "objects", "pack"));
        await File.WriteAllTextAsync(Path.Combine(scene.Clone, "eden-sync-unfinished"), "");

        var result = await scene.SyncAsync();

        Assert.That(result.WasCreated, Is.True);
        await scene.AssertIsMirrorAsync();
    }

    [TestCase("ssh://ada:geheim@git.example.org/exp.git")]
    [TestCase("git@git.example.org:exp.git")]
    [TestCase("https://ada:geheim@git.example.org/exp.git?x=1")]
    [TestCase("ftp://ada:geheim@git.example.org/exp.git")]
    [TestCase("https://ada:geheim/x@git.example.org/exp.git")]
    [TestCase("https://ada:geheim?x@git.example.org/exp.git")]
    [TestCase("https://ada:x@geheim@git.example.org:y/exp.git")]
    [TestCase("https://git.example.org/exp.git?token=geheim")]
    [TestCase("https://git.example.org/exp.git#geheim")]
    [TestCase("https://git.example.org/a\nb")]
    public async Task A_url_of_another_kind_is_an_argument_mistake_that_shows_no_password(string url)
    {
        await Assert.ThatAsync(
            () => LocalClone.EnsureAsync("/nowhere/at/all", url), Throws.InstanceOf<ArgumentException>().And.Message.Not.Contains("geheim"));
    }

    private static async Task<GitException> FailAsync(RemoteScene scene, LocalCloneOptions? options = null, bool mayPass = true)
    {
        try
        {
            await scene.SyncAsync(options);
        }
        catch (GitException failure)
        {
            scene.AssertNoSecret(failure);
            Assert.That(failure.IsTransient, Is.EqualTo(mayPass), failure.Message);
            return failure;
        }

        throw new AssertionException("The sync succeeded.");
    }
}
