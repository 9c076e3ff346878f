using Eden.Git.Sync;
using Eden.Shared;

namespace Eden.Shared;

/// <summary>What may be in a folder that counts as empty.</summary>
internal static class FolderContent
{
    /// <summary>Tells whether a name has nothing to do with a repository: of a file system of its own, of locks, and of what is being prepared.</summary>
    public static bool IsKept(string name) => name is "lost+found" or "eden-sync-lock" || TemporaryDirectory.IsName(name);
}
