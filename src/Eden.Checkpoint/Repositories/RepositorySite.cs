using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint.Repositories;

/// <summary>What is at the place where an import restores its repository.</summary>
/// <param name="Kind">Whether the place can be had.</param>
/// <param name="Occupant">What is there, when it cannot; as the object of a sentence.</param>
internal sealed record RepositorySite(RepositorySite.Standing Kind, string Occupant = "")
{
    /// <summary>Whether a place can be had.</summary>
    public enum Standing
    {
        /// <summary>Nothing is there.</summary>
        Free,

        /// <summary>There is a folder without anything in it, but for what file systems and locks put there.</summary>
        Empty,

        /// <summary>There is a clone of ours: a cache, which an import may replace.</summary>
        Clone,

        /// <summary>There is what an import left that did not end.</summary>
        Unfinished,

        /// <summary>There is something of somebody else's.</summary>
        Taken,
    }

    /// <summary>Looks at a place; nothing is changed.</summary>
    /// <param name="path">The place.</param>
    /// <param name="remote">The remote of record; <see langword="null"/> when there is none.</param>
    public static RepositorySite At(string path, GitRemoteAddress? remote)
    {
        try
        {
            return Directory.Exists(path) ? AtFolder(path, remote)
                : SpecialFile.IsAt(path) ? new(Standing.Taken, "a device, a pipe or a socket")
                : File.Exists(path) ? new(Standing.Taken, "a file")
                : FindFileAbove(path) is { } file ? new(Standing.Taken, $"a file in the way, '{file}'")
                : new(Standing.Free);
        }
        catch (UnauthorizedAccessException refused)
        {
            return new(Standing.Taken, $"something that may not be looked at ({refused.Message.TrimEnd('.')})");
        }
    }

    private static RepositorySite AtFolder(string path, GitRemoteAddress? remote)
        => UnfinishedImport.IsAt(path) ? new(Standing.Unfinished)
            : FilledFolder.Entries(path).Count == 0 ? new(Standing.Empty)
            : LocalClone.IsCloneOf(path, remote, out var stranger) ? new(Standing.Clone)
            : new(Standing.Taken, stranger);

    private static string? FindFileAbove(string path)
    {
        for (var above = Path.GetDirectoryName(path); above is not null && !Directory.Exists(above); above = Path.GetDirectoryName(above))
        {
            if (Path.Exists(above))
            {
                return above;
            }
        }

        return null;
    }
}
