using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Sync;

/// <summary>What a sync copies, judged by git on both sides of a real HTTP remote with Basic authentication.</summary>
[TestFixture]
[Category("RealGit")]
public class LocalCloneTests
{
    [Test]
    public async Task The_first_sync_makes_a_bare_clone_with_every_ref()
    {
        await using var scene = await RemoteScene.CreateAsync();

        var result = await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        scene.AssertNoSecret();
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(result, Is.EqualTo(new LocalCloneResult(scene.Clone, true, 3, 3, 0, 7, "refs/heads/main")));
            Assert.That(await GitCli.RunAsync(scene.Clone, "rev-parse", "--is-bare-repository"), Is.EqualTo("true"));
            Assert.That(await GitCli.RunAsync(scene.Clone, "config", "remote.origin.url"), Is.EqualTo(scene.Url));
            Assert.That(await GitCli.RunAsync(scene.Clone, "config", "--get-all", "remote.origin.fetch"), Is.EqualTo("+refs/*:refs/*"));
        });
    }

    [Test]
    public async Task Git_itself_goes_on_with_the_clone()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        scene.Http.UserName = null;
        await scene.CommitAsync("third");
        await scene.PushAsync();

        await GitCli.RunAsync(scene.Clone, "fetch", "-q", "--prune");
        await GitCli.RunAsync(scene.Clone, "gc", "-q");

        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
        await scene.CommitAsync("fourth");
        await scene.PushAsync();
        await scene.SyncAsync();
        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
    }

    [Test]
    public async Task A_later_sync_brings_only_what_is_new()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await scene.CommitAsync("third");
        await scene.PushAsync();

        var result = await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        Assert.That(result, Is.EqualTo(new LocalCloneResult(scene.Clone, false, 3, 1, 0, 3, "refs/heads/main")));
    }

    [Test]
    public async Task Of_what_begins_at_any_branch_however_old_a_later_sync_brings_only_what_is_new()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var histories = string.Concat(Enumerable.Range(0, 300).Select(number =>
            $"commit refs/heads/work/{number}\ncommitter Ada <ada@example.org> {1700000000 + number} +0000\ndata 0\nM 100644 inline file\ndata <<END\n{number}\nEND\n\n"));
        await GitCli.RunWithInputAsync(scene.Work, System.Text.Encoding.ASCII.GetBytes(histories), "fast-import", "--quiet");
        await scene.PushAsync();
        await scene.SyncAsync();
        await scene.GitAsync("checkout", "-q", "work/0");
        await scene.CommitAsync("a new one");
        await scene.GitAsync("branch", "work/on-top-of-the-oldest");
        await scene.PushAsync();

        var result = await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        Assert.That((result.ChangedRefs, result.ReceivedObjects), Is.EqualTo((2L, 3L)), "a commit, a tree and a file");
    }

    [TestCase("committer Ada <ada@example.org> 999999999999999 +0000")]
    [TestCase("committer Ada <ada@example.org> 99999999999999999999999 +0000")]
    [TestCase("committer Ada <ada@example.org> -99999999999 +0000")]
    [TestCase("committer Ada <ada@example.org> 1700000000 +9999")]
    [TestCase("committer Ada <ada@example.org> yesterday")]
    [TestCase("committer nobody")]
    [TestCase("x-nothing here")]
    public async Task Commits_with_odd_dates_keep_no_later_sync_from_working(string committer)
    {
        await using var scene = await RemoteScene.CreateAsync();
        var tree = await scene.GitAsync("rev-parse", "HEAD^{tree}");
        var odd = await GitCli.RunWithInputAsync(
            scene.Work,
            System.Text.Encoding.ASCII.GetBytes($"tree {tree}\nauthor Ada <ada@example.org> 1700000000 +0000\n{committer}\n\nodd\n"),
            "hash-object", "-t", "commit", "-w", "--literally", "--stdin");
        await GitCli.RunAsync(scene.Work, "update-ref", "refs/heads/work/odd", System.Text.Encoding.ASCII.GetString(odd).Trim());
        await scene.PushAsync();
        await scene.SyncAsync();
        await scene.CommitAsync("another");
        await scene.PushAsync();

        var result = await scene.SyncAsync();

        Assert.That((result.ChangedRefs, await RemoteScene.RefsAsync(scene.Clone)), Is.EqualTo((1L, await RemoteScene.RefsAsync(scene.Served))));
    }

    [Test]
    public async Task A_sync_without_news_asks_for_no_pack()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        var before = scene.Http.PackRequests;

        var result = await scene.SyncAsync();

        Assert.That((scene.Http.PackRequests, result.ChangedRefs), Is.EqualTo((before, 0L)));
    }

    [Test]
    public async Task Deleted_moved_and_renamed_refs_follow()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.GitAsync("branch", "topic");
        await scene.GitAsync("branch", "folder/inner");
        await scene.PushAsync();
        await scene.SyncAsync();

        // A force-moved branch, a deleted one, a branch that becomes a folder and a folder that becomes a branch.
        await scene.GitAsync("reset", "-q", "--hard", "HEAD~1");
        await scene.CommitAsync("another second");
        await scene.GitAsync("branch", "-D", "work/one", "topic", "folder/inner");
        await scene.GitAsync("branch", "topic/a");
        await scene.GitAsync("branch", "folder");
        await scene.PushAsync();
        var result = await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        Assert.That((result.RefCount, result.ChangedRefs, result.PrunedRefs), Is.EqualTo((4L, 3L, 3L)));
    }

    [Test]
    public async Task Notes_pull_requests_and_refs_to_trees_and_blobs_come_along_twice()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.GitAsync("notes", "add", "-m", "a note");
        await scene.GitAsync("update-ref", "refs/pull/7/head", "HEAD~1");
        await scene.GitAsync("update-ref", "refs/strange/tree", "HEAD^{tree}");
        await scene.GitAsync("update-ref", "refs/strange/blob", "HEAD:file");
        await scene.GitAsync("update-ref", "refs/heads/it's", "HEAD");
        await scene.GitAsync("tag", "-a", "-m", "of a tree", "treetag", "HEAD^{tree}");
        await scene.GitAsync("tag", "-a", "-m", "of a tag", "tagtag", "v1");
        await scene.PushAsync();
        await scene.SyncAsync();
        await scene.AssertIsMirrorAsync();

        await scene.CommitAsync("third");
        await scene.PushAsync();
        await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task Symbolic_refs_on_the_remote_become_plain_ones_and_ones_in_the_clone_are_replaced()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await GitCli.RunAsync(scene.Served, "symbolic-ref", "refs/heads/alias", "refs/heads/main");
        await scene.SyncAsync();
        await scene.AssertIsMirrorAsync();
        await GitCli.RunAsync(scene.Clone, "symbolic-ref", "refs/heads/mine", "refs/heads/main");

        await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task The_clone_s_head_follows_the_default_branch()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        Assert.That(await GitCli.RunAsync(scene.Clone, "symbolic-ref", "HEAD"), Is.EqualTo("refs/heads/main"));

        await GitCli.RunAsync(scene.Served, "symbolic-ref", "HEAD", "refs/heads/work/one");
        var result = await scene.SyncAsync();

        Assert.That(await GitCli.RunAsync(scene.Clone, "symbolic-ref", "HEAD"), Is.EqualTo("refs/heads/work/one"));
        Assert.That(result.DefaultBranch, Is.EqualTo("refs/heads/work/one"));
    }

    [Test]
    public async Task A_detached_head_of_the_remote_is_no_obstacle()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var commit = await scene.GitAsync("rev-parse", "HEAD~1");
        await GitCli.RunAsync(scene.Served, "update-ref", "--no-deref", "HEAD", commit);

        await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        Assert.That(await GitCli.RunAsync(scene.Clone, "rev-parse", "HEAD"), Is.EqualTo(commit));
    }

    [Test]
    public async Task An_empty_remote_gives_an_empty_clone_and_a_filled_one_later()
    {
        await using var scene = await RemoteScene.CreateAsync(withCommits: false);
        var empty = await scene.SyncAsync();
        await scene.AssertIsMirrorAsync();

        await scene.CommitAsync("first");
        await scene.PushAsync();
        await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        Assert.That((empty.WasCreated, empty.RefCount), Is.EqualTo((true, 0L)));
    }

    [Test]
    public async Task A_remote_made_anew_with_other_history_replaces_everything()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        Directory.Delete(Path.Combine(scene.Work, ".git"), recursive: true);
        Directory.Delete(scene.Served, recursive: true);
        await GitCli.RunAsync(scene.Folder.Path, "init", "-q", "--bare", "-b", "trunk", scene.Served);
        await scene.GitAsync("init", "-q", "-b", "trunk");
        await scene.CommitAsync("unrelated");
        await scene.PushAsync();

        await scene.SyncAsync();

        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
        Assert.That(await GitCli.RunAsync(scene.Clone, "symbolic-ref", "HEAD"), Is.EqualTo("refs/heads/trunk"));
    }

    [Test]
    public async Task Thousands_of_refs_are_copied_without_a_file_for_each()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var commit = await scene.GitAsync("rev-parse", "HEAD");
        var updates = string.Concat(Enumerable.Range(0, 5000).Select(number => $"create refs/heads/work/many/{number} {commit}\n"));
        await GitCli.RunWithInputAsync(scene.Work, System.Text.Encoding.ASCII.GetBytes(updates), "update-ref", "--stdin");
        await scene.PushAsync();

        var result = await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        Assert.That(result.RefCount, Is.EqualTo(5003));
        Assert.That(Directory.EnumerateFiles(Path.Combine(scene.Clone, "refs"), "*", SearchOption.AllDirectories), Is.Empty);
    }

    [TestCase("path")]
    [TestCase("file URL")]
    public async Task A_remote_on_this_machine_is_cloned_and_fetched(string kind)
    {
        await using var scene = await RemoteScene.CreateAsync();
        var url = kind == "path" ? scene.Served : new Uri(scene.Served).AbsoluteUri;
        await LocalClone.EnsureAsync(scene.Clone, url, scene.Options);
        await scene.AssertIsMirrorAsync();
        await scene.CommitAsync("third");
        await scene.GitAsync("branch", "-D", "work/one");
        await scene.PushAsync();

        var result = await LocalClone.EnsureAsync(scene.Clone, url, scene.Options);

        await scene.AssertIsMirrorAsync();
        Assert.That(result.ReceivedObjects, Is.EqualTo(3), "a commit, its tree and its file");
    }

    [Test]
    public async Task What_a_remote_on_this_machine_has_beside_old_history_is_all_that_is_copied()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var files = string.Concat(Enumerable.Range(0, 200).Select(number => $"M 100644 inline d{number % 10}/f{number}\ndata 3\n{number:D3}\n"));
        await GitCli.RunWithInputAsync(scene.Work, System.Text.Encoding.ASCII.GetBytes($"commit refs/heads/wide\ncommitter A <a@b> 1700000000 +0000\ndata 0\n{files}\n"), "fast-import", "--quiet");
        await scene.PushAsync();
        await LocalClone.EnsureAsync(scene.Clone, scene.Served, scene.Options);
        await GitCli.RunWithInputAsync(
            scene.Work,
            "commit refs/heads/next\ncommitter A <a@b> 1700000001 +0000\ndata 0\nfrom refs/heads/wide\nM 100644 inline d3/new\ndata 3\nnew\n\ntag v9\nfrom refs/heads/wide\ntagger A <a@b> 1700000001 +0000\ndata 0\n\n"u8.ToArray(),
            "fast-import", "--quiet");
        await scene.GitAsync("update-ref", "refs/x/old-tree", "refs/heads/wide^{tree}");
        await scene.PushAsync();
        await GitCli.RunAsync(scene.Served, "repack", "-a", "-d", "-q", "-f");

        var result = await LocalClone.EnsureAsync(scene.Clone, scene.Served, scene.Options);

        await scene.AssertIsMirrorAsync();
        Assert.That(result.ReceivedObjects, Is.LessThanOrEqualTo(5), "a commit, two trees, a file and a tag; perhaps the tree that a ref names");
    }

    [Test]
    public async Task Nothing_damaged_is_copied_from_a_remote_on_this_machine()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await GitCli.RunAsync(scene.Served, "repack", "-a", "-d", "-q");
        var pack = Directory.GetFiles(Path.Combine(scene.Served, "objects", "pack"), "*.pack").Single();
        var sound = await File.ReadAllBytesAsync(pack);
        File.Delete(pack); // git left it read-only
        for (var at = 12; at < sound.Length - 20; at += 7)
        {
            var damaged = (byte[])sound.Clone();
            damaged[at] ^= 0x10;
            await File.WriteAllBytesAsync(pack, damaged);

            await Assert.ThatAsync(() => LocalClone.EnsureAsync(scene.Clone, scene.Served, scene.Options), Throws.InstanceOf<GitException>(), $"byte {at}");
        }

        await File.WriteAllBytesAsync(pack, sound);
        await LocalClone.EnsureAsync(scene.Clone, scene.Served, scene.Options);
        await scene.AssertIsMirrorAsync();
    }

    [Test]
    public async Task An_existing_empty_folder_is_filled_in_place()
    {
        await using var scene = await RemoteScene.CreateAsync();
        Directory.CreateDirectory(scene.Clone);

        var result = await scene.SyncAsync();

        await scene.AssertIsMirrorAsync();
        Assert.That(result.WasCreated, Is.True);
    }

    [Test]
    public async Task A_clone_that_git_made_is_taken_over()
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.UserName = null;
        Directory.CreateDirectory(scene.Folder["clones"]);
        await GitCli.RunAsync(scene.Folder.Path, "clone", "-q", "--mirror", scene.Url, scene.Clone);
        await scene.CommitAsync("third");
        await scene.GitAsync("branch", "-D", "work/one");
        await scene.PushAsync();

        var result = await scene.SyncAsync();

        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
        Assert.That((result.WasCreated, result.ChangedRefs, result.PrunedRefs), Is.EqualTo((false, 1L, 1L)));
    }

    [Test]
    public async Task A_repository_that_an_import_restored_becomes_the_clone_once_the_remote_has_its_refs()
    {
        await using var scene = await RemoteScene.CreateAsync();
        await GitCli.RunAsync(scene.Folder.Path, "clone", "-q", "--mirror", scene.Served, scene.Clone);
        await GitCli.RunAsync(scene.Clone, "remote", "remove", "origin");
        await GitCli.RunAsync(scene.Clone, "fetch", "-q", scene.Served, "+refs/*:refs/*");
        await scene.GitAsync("branch", "extra/new", "main");
        await scene.PushAsync();

        var result = await scene.SyncAsync();

        await GitCli.RunAsync(scene.Clone, "fsck", "--full", "--strict");
        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
        Assert.That(result.WasCreated, Is.False);
        Assert.That(await GitCli.RunAsync(scene.Clone, "config", "remote.origin.url"), Is.EqualTo(scene.Url));
    }

    [TestCase("refs/heads/only-here")]
    [TestCase("refs/heads/work/one")]
    public async Task A_repository_without_a_remote_that_has_more_than_the_remote_is_not_pruned(string name)
    {
        await using var scene = await RemoteScene.CreateAsync();
        await GitCli.RunAsync(scene.Folder.Path, "clone", "-q", "--mirror", scene.Served, scene.Clone);
        await GitCli.RunAsync(scene.Clone, "remote", "remove", "origin");
        await GitCli.RunAsync(scene.Clone, "fetch", "-q", scene.Served, "+refs/*:refs/*");
        await GitCli.RunAsync(scene.Clone, "update-ref", name, "refs/heads/main");
        var before = await RemoteScene.RefsAsync(scene.Clone);

        var failure = await Assert.CatchAsync<GitException>(() => scene.SyncAsync());

        Assert.That(failure!.Message, Does.Contain(name).And.Contain($"git -C {scene.Clone} push ").And.Contain("refs/heads/*:refs/heads/*").And.Not.Contain("--mirror"));
        Assert.That(failure.IsTransient, Is.False);
        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(before));
    }
}
