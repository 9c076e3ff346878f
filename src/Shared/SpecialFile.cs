namespace Eden.Shared;

/// <summary>Tells devices, pipes and sockets from plain files. Opening one may wait for ever or never end, and renaming a file over one would take it
/// away from everybody who uses it.</summary>
internal static class SpecialFile
{
    /// <summary>Whether there is something at the path, behind symbolic links, that is neither a file nor a directory. Never where the platform cannot say.</summary>
    public static bool IsAt(string path) => FileStatus.Of(path) is { Kind: FileKind.Special };
}
