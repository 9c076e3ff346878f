namespace Eden.Checkpoint.Tests.Kit;

/// <summary>The kit's own remote, judged by git as the client.</summary>
[TestFixture]
[Category("RealGit")]
public class GitHttpRemoteTests
{
    [Test]
    public async Task Git_clones_and_pushes_through_it_with_basic_authentication()
    {
        using var folder = new TempFolder();
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "-b", "main", "served.git");
        await using var remote = await GitHttpRemote.StartAsync(folder.Path);
        (remote.UserName, remote.Password, remote.ReceivePack) = ("ada", "s3cret", true);
        var url = remote.Url("served.git").Replace("http://", "http://ada:s3cret@", StringComparison.Ordinal);
        await GitCli.RunAsync(folder.Path, "init", "-q", "-b", "main", "work");
        await File.WriteAllBytesAsync(folder["work/big"], Random.Shared.GetItems<byte>([1, 2, 3, 4, 5, 6, 7, 8, 9], 3 << 20));
        await GitCli.RunAsync(folder["work"], "add", ".");
        await GitCli.RunAsync(folder["work"], "commit", "-q", "-m", "first");

        // More than http.postBuffer goes chunked.
        await GitCli.RunAsync(folder["work"], "push", "-q", url, "main");
        await GitCli.RunAsync(folder.Path, "clone", "-q", url, "copy");

        Assert.That(await GitCli.RunAsync(folder["copy"], "rev-parse", "HEAD"), Is.EqualTo(await GitCli.RunAsync(folder["work"], "rev-parse", "HEAD")));
        var (exitCode, _, error) = await GitCli.TryRunAsync(folder.Path, default, "clone", "-q", remote.Url("served.git"), "refused");
        Assert.That(exitCode, Is.Not.Zero, error);
    }

    [Test]
    public async Task A_push_is_refused_unless_receive_pack_is_on()
    {
        using var folder = new TempFolder();
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "-b", "main", "served.git");
        await using var remote = await GitHttpRemote.StartAsync(folder.Path);
        await GitCli.RunAsync(folder.Path, "init", "-q", "-b", "main", "work");
        await GitCli.RunAsync(folder["work"], "commit", "-q", "--allow-empty", "-m", "first");

        var (exitCode, _, error) = await GitCli.TryRunAsync(folder["work"], default, "push", "-q", remote.Url("served.git"), "main");

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.Not.Zero);
            Assert.That(error, Does.Contain("403"));
        });
    }
}
