using Eden.Git.Tests.Sync;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Creation;

/// <summary>Pipes and devices where a repository has files: opening a pipe waits for ever, and <c>/dev/zero</c> never ends.</summary>
[TestFixture]
[Platform("Linux")]
internal sealed class SpecialFileTests
{
    // Far longer than any of these takes, and short enough to end a run that waits.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private static readonly string[] s_files =
        ["HEAD", "config", "packed-refs", "shallow", "objects/info/alternates", "refs/heads/odd", "LOOSE", "PACK", "INDEX"];

    [Test]
    public async Task A_pipe_or_a_device_in_a_repository_is_refused_and_not_waited_for([ValueSource(nameof(s_files))] string file, [Values] bool isPipe)
    {
        using var folder = new TempFolder();
        var repository = await RepositoryAsync(folder);
        var replaced = await ReplaceAsync(repository, file, isPipe);

        var bundling = GitBundle.CreateAsync(repository, Stream.Null);

        await Assert.ThatAsync(
            () => bundling.WaitAsync(s_patience),
            Throws.InstanceOf<GitException>().With.Message.Contains(replaced).And.Message.Contains("a pipe, a socket or a device"));
    }

    [Test]
    public async Task A_worktree_whose_git_file_is_a_pipe_is_refused()
    {
        using var folder = new TempFolder();
        await NamedPipe.MakeAsync(folder[".git"]);

        await Assert.ThatAsync(
            () => GitBundle.CreateAsync(folder.Path, Stream.Null).WaitAsync(s_patience), Throws.InstanceOf<GitException>().With.Message.Contains(".git"));
    }

    [Test]
    public async Task A_clone_with_one_is_not_synced([ValueSource(nameof(s_files))] string file)
    {
        await using var scene = await RemoteScene.CreateAsync();
        await scene.SyncAsync();
        await GitCli.RunAsync(scene.Clone, "pack-refs", "--all");
        await LooseObjectAsync(scene.Clone);
        await scene.CommitAsync("third");
        await scene.PushAsync();
        var replaced = await ReplaceAsync(scene.Clone, file, isPipe: true);

        await Assert.ThatAsync(
            () => scene.SyncAsync().WaitAsync(s_patience), Throws.InstanceOf<GitException>().With.Message.Contains(replaced));
    }

    [Test]
    public async Task A_remote_on_this_machine_with_one_is_not_read([ValueSource(nameof(s_files))] string file)
    {
        using var folder = new TempFolder();
        var remote = await RepositoryAsync(folder);
        var replaced = await ReplaceAsync(remote, file, isPipe: true);

        await Assert.ThatAsync(
            () => LocalClone.EnsureAsync(folder["clone.git"], remote).WaitAsync(s_patience),
            Throws.InstanceOf<GitException>().With.Message.Contains(replaced));
    }

    [Test]
    public async Task Others_in_its_folder_do_no_harm()
    {
        using var folder = new TempFolder();
        var repository = await RepositoryAsync(folder);

        // git's file system monitor has a socket there.
        await NamedPipe.MakeAsync(Path.Combine(repository, "fsmonitor--daemon.ipc"));
        await NamedPipe.MakeAsync(Path.Combine(repository, "hooks/pipe"));

        Assert.That((await GitBundle.CreateAsync(repository, Stream.Null).WaitAsync(s_patience)).IsEmpty, Is.False);
        Assert.That((await LocalClone.EnsureAsync(folder["clone.git"], repository).WaitAsync(s_patience)).WasCreated, Is.True);
    }

    private static async Task<string> RepositoryAsync(TempFolder folder)
    {
        var repository = folder["repo.git"];
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--bare", await RepositoryShapes.BaseAsync(folder), repository);
        await GitCli.RunAsync(repository, "repack", "-adq");
        await GitCli.RunAsync(repository, "pack-refs", "--all");
        await LooseObjectAsync(repository);
        Directory.CreateDirectory(Path.Combine(repository, "hooks"));
        return repository;
    }

    private static async Task LooseObjectAsync(string repository)
    {
        var tree = await GitCli.RunAsync(repository, "rev-parse", "main^{tree}");
        var commit = await GitCli.RunAsync(repository, "commit-tree", "-m", "loose", tree);
        await GitCli.RunAsync(repository, "update-ref", "refs/heads/loose", commit);
    }

    /// <summary>Puts something else where a file of the repository is, or may be, and returns its path.</summary>
    private static async Task<string> ReplaceAsync(string repository, string file, bool isPipe)
    {
        if (file == "LOOSE")
        {
            var commit = await GitCli.RunAsync(repository, "rev-parse", "refs/heads/loose");
            file = $"objects/{commit[..2]}/{commit[2..]}";
        }

        var path = file switch
        {
            "PACK" => Directory.GetFiles(Path.Combine(repository, "objects/pack"), "*.pack").First(),
            "INDEX" => Directory.GetFiles(Path.Combine(repository, "objects/pack"), "*.idx").First(),
            _ => Path.Combine(repository, file),
        };
        File.Delete(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (isPipe)
        {
            await NamedPipe.MakeAsync(path);
        }
        else
        {
            File.CreateSymbolicLink(path, "/dev/zero");
        }

        return path;
    }
}
