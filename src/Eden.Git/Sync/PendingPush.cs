using Eden.Git.Remotes;
using Eden.Shared;

namespace Eden.Git.Sync;

/// <summary>The file that an import leaves in the repository it restored until the remote of record has its branches and tags: whoever exports meanwhile must
/// not take what the remote has for the experiment.</summary>
internal static class PendingPush
{
    /// <summary>The file's name inside the repository's own folder; it has the remote's URL as its only line.</summary>
    public const string FileName = "eden-checkpoint-push-pending";

    /// <summary>Notes that a repository is still to be pushed.</summary>
    public static void Write(string repository, GitRemoteAddress remote) => FlushedFile.Write(Path.Combine(repository, FileName), remote.Text + "\n");

    /// <summary>Returns the remote that a repository is still to be pushed to; <see langword="null"/> when there is none.</summary>
    public static string? ReadRemote(string repository) => Repositories.RepositoryLayout.ReadSmallFile(Path.Combine(repository, FileName))?.Trim();

    /// <summary>Ends the waiting of a repository for its push, if it waits for one to that remote.</summary>
    public static void TrySettle(string repository, GitRemoteAddress remote)
    {
        if (ReadRemote(repository) is { } pending && remote.IsSameAs(pending))
        {
            Settle(repository, remote);
        }
    }

    /// <summary>The remote has what the repository has: makes it the clone of that remote.</summary>
    public static void Settle(string repository, GitRemoteAddress remote)
    {
        var configuration = Path.Combine(repository, "config");
        FlushedFile.Replace(configuration, File.ReadAllText(configuration).TrimEnd('\n') + '\n' + StagingRepository.OriginSection(remote));
        CloneMark.Write(repository, remote);
        File.Delete(Path.Combine(repository, FileName));
    }
}
