
namespace Eden.Git.Sync;

/// <summary>A file by which somebody keeps syncs off a folder, into which a repository has been brought that may yet be taken out again.</summary>
internal static class PlaceReservation
{
    /// <summary>The file's name inside the folder.</summary>
    public const string FileName = "eden-import-unfinished";

    /// <summary>Refuses a folder that is reserved.</summary>
    /// <exception cref="GitException">It is.</exception>
    public static void Refuse(string path)
    {
        if (File.Exists(Path.Combine(path, FileName)))
        {
            throw new GitRemoteUnavailableException(
                $"An import has brought a repository to '{path}', and it is not known whether it took place. If none is under way, import again: that settles it, and the clone comes back when it did not.");
        }
    }
}
