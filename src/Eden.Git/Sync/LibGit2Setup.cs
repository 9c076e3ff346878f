using Eden.Git.Remotes;
using LibGit2Sharp;

namespace Eden.Git.Sync;

/// <summary>What libgit2 must be told once per process before a sync uses it.</summary>
/// <remarks>
/// <para>libgit2 reads the machine's, the user's and the XDG configuration for every repository that it opens: one that is broken, that this user may not read, or that HOME of another
/// user leads to keeps every sync from working. Its paths are settings of the whole process, so a host that uses LibGit2Sharp itself sees them too: where the host has set paths
/// of its own before the first sync they stay, and with the switch <see cref="KeepSwitch"/> all stay.</para>
/// </remarks>
internal static class LibGit2Setup
{
    /// <summary>The <see cref="AppContext"/> switch of hosts that want the machine's git configuration for their own use of LibGit2Sharp.</summary>
    public const string KeepSwitch = "Eden.Checkpoint.KeepGitConfigurationPaths";

    private static readonly Lazy<SmartSubtransportRegistration<HttpSubtransport>> s_done = new(Run);

    /// <summary>Prepares libgit2, the first time.</summary>
    public static void Ensure() => _ = s_done.Value;

    private static SmartSubtransportRegistration<HttpSubtransport> Run()
    {
        if (!AppContext.TryGetSwitch(KeepSwitch, out var keep) || !keep)
        {
            foreach (var level in (ConfigurationLevel[])[ConfigurationLevel.ProgramData, ConfigurationLevel.System, ConfigurationLevel.Xdg, ConfigurationLevel.Global])
            {
                Clear(level);
            }
        }

        return GlobalSettings.RegisterSmartSubtransport<HttpSubtransport>(HttpRemoteSession.Scheme);
    }

    /// <summary>Takes the paths of one level away, unless the host has chosen them.</summary>
    internal static void Clear(ConfigurationLevel level)
    {
        string[] chosen = [.. GlobalSettings.GetConfigSearchPaths(level)];
        GlobalSettings.SetConfigSearchPaths(level, null);
        if (chosen.SequenceEqual(GlobalSettings.GetConfigSearchPaths(level), StringComparer.Ordinal))
        {
            GlobalSettings.SetConfigSearchPaths(level, "");
        }
        else
        {
            GlobalSettings.SetConfigSearchPaths(level, chosen);
        }
    }
}
