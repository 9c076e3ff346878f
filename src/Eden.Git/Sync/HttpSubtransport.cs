using Eden.Git.Remotes;
using LibGit2Sharp;

namespace Eden.Git.Sync;

/// <summary>What libgit2 makes for each connection of our scheme; the work is in <see cref="HttpRemoteSession"/>.</summary>
internal sealed class HttpSubtransport : RpcSmartSubtransport
{
    protected override SmartSubtransportStream Action(string url, GitSmartSubtransportAction action)
        => action is GitSmartSubtransportAction.UploadPackList or GitSmartSubtransportAction.UploadPack
            ? new HttpSubtransportStream(this, HttpRemoteSession.Find(url), isPost: action == GitSmartSubtransportAction.UploadPack)
            : throw new NotSupportedException("A sync never pushes.");
}
