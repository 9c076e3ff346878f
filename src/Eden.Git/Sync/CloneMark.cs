using Eden.Git.Remotes;
using Eden.Git.Repositories;
using Eden.Shared;

namespace Eden.Git.Sync;

/// <summary>The file by which a clone of ours is told from a repository of somebody else's: a cache, which may be made anew from its remote at any time.</summary>
/// <remarks>It has the remote's URL, without user information, as its only line. A clone that git made gets it with the first sync that ends well. It counts by being there: what a
/// crash of the machine left empty is a mark all the same.</remarks>
internal static class CloneMark
{
    /// <summary>The file's name inside the repository's own folder.</summary>
    public const string FileName = "eden-checkpoint-clone";

    /// <summary>Tells whether the repository at a path is a clone of ours, whatever state it is in.</summary>
    public static bool IsAt(string repository) => File.Exists(Path.Combine(repository, FileName));

    /// <summary>Returns the remote of a clone of ours.</summary>
    /// <returns><see langword="null"/> when it is none, or when the mark no longer says.</returns>
    public static string? ReadRemote(string repository)
    {
        var text = RepositoryLayout.ReadSmallFile(Path.Combine(repository, FileName))?.Trim();
        return string.IsNullOrEmpty(text) || text.Contains('\0', StringComparison.Ordinal) ? null : text;
    }

    /// <summary>Marks a repository as the clone of a remote; does nothing when it is that already.</summary>
    public static void Write(string repository, GitRemoteAddress remote)
    {
        if (ReadRemote(repository) != remote.Text)
        {
            FlushedFile.Replace(Path.Combine(repository, FileName), remote.Text + "\n");
        }
    }
}
