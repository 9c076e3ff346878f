using Eden.Git.Sync;
using LibGit2Sharp;

namespace Eden.Git.Tests.Sync;

/// <summary>libgit2's settings belong to the whole process.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class LibGit2SetupTests
{
    [Test]
    public void A_host_that_has_chosen_paths_for_libgit2_keeps_them()
    {
        LibGit2Setup.Ensure();
        string[] chosen = [Path.GetTempPath(), "/nowhere"];
        try
        {
            GlobalSettings.SetConfigSearchPaths(ConfigurationLevel.ProgramData, chosen);
            LibGit2Setup.Clear(ConfigurationLevel.ProgramData);
            Assert.That(GlobalSettings.GetConfigSearchPaths(ConfigurationLevel.ProgramData), Is.EqualTo(chosen));
        }
        finally
        {
            GlobalSettings.SetConfigSearchPaths(ConfigurationLevel.ProgramData, null);
            LibGit2Setup.Clear(ConfigurationLevel.ProgramData);
        }

        Assert.That(
            ((ConfigurationLevel[])[ConfigurationLevel.ProgramData, ConfigurationLevel.System, ConfigurationLevel.Xdg, ConfigurationLevel.Global]).SelectMany(GlobalSettings.GetConfigSearchPaths),
            Is.All.Empty);
    }
}
