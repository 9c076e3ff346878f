using Eden.Git.Remotes;
using Eden.Git.Repositories;

namespace Eden.Git.Sync;

/// <summary>Tells a clone of ours, which is a cache of its remote and may be replaced, from every other repository.</summary>
internal static class OwnClone
{
    /// <summary>Looks at a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="remote">The remote of record; <see langword="null"/> when the caller has none.</param>
    /// <param name="stranger">What it is, when it is not a clone of ours; as the object of a sentence.</param>
    public static bool IsAt(string path, GitRemoteAddress? remote, out string stranger)
    {
        if (PendingPush.ReadRemote(path) is not null)
        {
            stranger = "a repository whose push to its remote is not finished";
            return false;
        }

        // The mark holds for a damaged clone too.
        if (remote is not null && CloneMark.ReadRemote(path) is { } marked)
        {
            stranger = Another(marked);
            return remote.IsSameAs(marked);
        }

        stranger = "a folder that has something in it";
        if (!File.Exists(Path.Combine(path, "HEAD")) || !Directory.Exists(Path.Combine(path, "objects")))
        {
            return false;
        }

        stranger = "a repository that is no clone of ours";
        if (remote is null || ReadConfiguration(path) is not { } configuration
            || !configuration.TryGet("core.bare", out var bare) || GitConfigFile.AsBoolean(bare) != true
            || !configuration.TryGet("remote.origin.url", out var url) || url is null)
        {
            return false;
        }

        if (!remote.IsSameAs(url))
        {
            stranger = Another(url);
            return false;
        }

        // Others than mirrors have branches of their own.
        return configuration.TryGet("remote.origin.mirror", out var mirror) && GitConfigFile.AsBoolean(mirror) == true;
    }

    private static string Another(string url) => $"a clone of another remote, '{GitRemoteAddress.Mask(url)}'";

    private static GitConfigFile? ReadConfiguration(string path)
    {
        try
        {
            return GitConfigFile.Parse(RepositoryLayout.ReadSmallFile(Path.Combine(path, "config")) ?? "");
        }
        catch (Exception unreadable) when (unreadable is FormatException or GitException)
        {
            return null;
        }
    }
}
