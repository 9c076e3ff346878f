using Eden.Git.Tests.Sync;
using Eden.Checkpoint.Tests.Kit;
using LibGit2Sharp;

namespace Eden.Checkpoint.Tests.Repositories;

/// <summary>The git configuration of the machine and of whoever HOME belongs to has no say in a sync.</summary>
[TestFixture]
[Category("RealGit")]
public class MachineConfigurationTests
{
    [TestCase("broken", "[core\nnonsense = = \"\n")]
    [TestCase("zeroed", "\0\0\0\0\0\0\0\0\0\0\0\0")]
    [TestCase("elsewhere", "[url \"http://127.0.0.1:1/\"]\n\tinsteadOf = \"\"\n\tinsteadOf = eden\n\tinsteadOf = http\n\tinsteadOf = /\n")]
    [TestCase("proxy", "[http]\n\tproxy = http://127.0.0.1:1\n[remote \"record\"]\n\tproxy = http://127.0.0.1:1\n\tfetch = +refs/heads/main:refs/heads/other\n\ttagOpt = --no-tags\n")]
    [TestCase("includes what is not there", "[include]\n\tpath = /nowhere/at/all\n[core]\n\taskPass = /nowhere/askpass\n\trepositoryFormatVersion = 9\n[extensions]\n\tmystery = true\n[safe]\n\tdirectory = \n")]
    [TestCase("a directory", null)]
    public async Task A_broken_or_foreign_configuration_keeps_no_sync_from_working(string kind, string? content)
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.UserName = null;
        var home = scene.Folder["home"];
        Directory.CreateDirectory(Path.Combine(home, ".config", "git"));
        foreach (var file in (string[])[Path.Combine(home, ".gitconfig"), Path.Combine(home, ".config", "git", "config")])
        {
            if (content is null)
            {
                Directory.CreateDirectory(file);
            }
            else
            {
                await File.WriteAllTextAsync(file, content);
            }
        }

        var (overHttp, byPath) = await SyncInAnotherProcessAsync(scene, home);

        Assert.That((overHttp.ExitCode, byPath.ExitCode), Is.EqualTo((0, 0)), $"{kind}: {overHttp.Error} {byPath.Error}");
        await scene.AssertIsMirrorAsync();
        Assert.That(await RemoteScene.RefsAsync(scene.Folder["by-path.git"]), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
    }

    [TestCase("/nowhere/nobody/has/this")]
    [TestCase("/dev/null")]
    [TestCase("")]
    public async Task A_home_that_is_none_keeps_no_sync_from_working(string home)
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.UserName = null;

        var (overHttp, byPath) = await SyncInAnotherProcessAsync(scene, home);

        Assert.That((overHttp.ExitCode, byPath.ExitCode), Is.EqualTo((0, 0)), $"{overHttp.Error} {byPath.Error}");
    }

    [Test]
    public async Task A_remote_on_this_machine_that_belongs_to_another_user_is_synced()
    {
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
        {
            Assert.Ignore("Only root can give a folder to another user.");
        }

        await using var scene = await RemoteScene.CreateAsync();
        using (var chown = System.Diagnostics.Process.Start("chown", ["-R", "12345:12345", scene.Served]))
        {
            await chown.WaitForExitAsync();
        }

        await Eden.Git.LocalClone.EnsureAsync(scene.Clone, scene.Served, scene.Options);

        Assert.That(await RemoteScene.RefsAsync(scene.Clone), Is.EqualTo(await RemoteScene.RefsAsync(scene.Served)));
        Assert.That(GlobalSettings.GetOwnerValidation(), Is.True);
    }

    private static async Task<(ConsoleRun OverHttp, ConsoleRun ByPath)> SyncInAnotherProcessAsync(RemoteScene scene, string home)
    {
        await ExperimentFolder.WriteAsync(SyntheticExperiment.WithoutRepository(1), scene.Folder["rows"]);
        Directory.CreateDirectory(scene.Folder["clones"]);
        var rows = SyntheticExperiment.WithoutRepository(1);
        await File.WriteAllTextAsync(Path.Combine(scene.Folder["rows"], "variants.jsonl"), "");
        foreach (var kind in (RegistryKind[])[RegistryKind.Tasks, RegistryKind.Ideas, RegistryKind.Submissions])
        {
            await File.WriteAllTextAsync(Path.Combine(scene.Folder["rows"], CheckpointManifestFiles.Standard[kind]), "");
        }

        var means = new ProcessMeans
        {
            Environment = new Dictionary<string, string>
            {
                ["HOME"] = home, ["XDG_CONFIG_HOME"] = Path.Combine(home, ".config"), ["GIT_CONFIG_GLOBAL"] = Path.Combine(home, ".gitconfig"),
                ["GIT_DIR"] = "/nowhere", ["GIT_OBJECT_DIRECTORY"] = "/nowhere", ["GIT_ASKPASS"] = "/nowhere", ["GIT_SSL_NO_VERIFY"] = "1", ["http_proxy"] = "http://127.0.0.1:1",
            },
        };
        Task<ConsoleRun> RunAsync(string clone, string remote) => ConsoleRun.StartAsync(
            means, scene.Folder.Path, "export", "--store", $"dir:{scene.Folder["rows"]}", "--experiment-id", rows.ExperimentId, "--out", scene.Folder["out.tar"], "--repo-path", clone, "--remote-url", remote);
        return (await RunAsync(scene.Clone, scene.Url), await RunAsync(scene.Folder["by-path.git"], scene.Served));
    }
}
