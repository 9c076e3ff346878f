using Eden.Git.Remotes;

namespace Eden.Git.Sync;

/// <summary>Pushes every ref of a checked bundle to a remote.</summary>
/// <remarks>A bundle's pack is what the remote needs, so it is sent as it is. libgit2 would compute every delta of it again, which for 420,000 objects takes
/// minutes where this takes seconds, and would hold the pack in memory over HTTP.</remarks>
internal sealed class RemotePush(
    GitRemoteAddress remote, LocalCloneOptions connection, bool force, GitLimits limits, string? temporaryDirectory, IProgress<GitProgress>? progress)
{
    public async Task<PushOutcome> RunAsync(string bundlePath, CancellationToken cancellationToken)
    {
        GitBundleHeader header;
        var content = GitBundle.OpenFile(bundlePath);
        await using (content.ConfigureAwait(false))
        {
            header = await GitBundle.ReadHeaderAsync(content, limits, cancellationToken).ConfigureAwait(false);
        }

        using var timeout = new CancellationTokenSource(connection.Timeout, connection.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return remote.Http is null
                ? await new LocalPush(remote.Text, force, limits, temporaryDirectory, progress).RunAsync(bundlePath, header, either.Token).ConfigureAwait(false)
                : await new HttpPush(remote, connection, force, progress).RunAsync(bundlePath, header, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GitRemoteUnavailableException($"The push to '{remote}' did not end within its time.", new TimeoutException());
        }
    }
}
