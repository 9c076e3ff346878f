using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Repositories;

/// <summary>Bundles in files.</summary>
[TestFixture]
public class RepoBundleTests
{
    [Test, Platform("Linux")]
    public async Task A_pipe_is_no_placeholder()
    {
        using var folder = new TempFolder();
        await NamedPipe.MakeAsync(folder["x.bundle"]);

        Assert.That(() => RepoBundle.FromFile(folder["x.bundle"]), Throws.ArgumentException.With.Message.Contains("pipe"));
        Assert.That(() => RepoBundle.FromFile("/dev/zero"), Throws.ArgumentException);
    }
}
