namespace Eden.Checkpoint.Git.Sync;

/// <summary>What a remote made of a push.</summary>
/// <param name="Taken">The refs that it has now as the bundle has them.</param>
/// <param name="Refused">The refs that it refused, each with its reason; the first ones.</param>
/// <param name="TotalRefused">How many it refused.</param>
internal sealed record PushOutcome(long Taken, IReadOnlyList<string> Refused, long TotalRefused);

/// <summary>Pushes every ref of a checked bundle to a remote.</summary>
/// <remarks>A bundle's pack is what the remote needs, so it is sent as it is. libgit2 would compute every delta of it again, which for 420,000 objects takes
/// minutes where this takes seconds, and would hold the pack in memory over HTTP.</remarks>
internal sealed class RemotePush(
    RemoteAddress remote, LocalCloneOptions connection, bool force, CheckpointLimits limits, string? temporaryDirectory, IProgress<CheckpointProgress>? progress)
{
    public async Task<PushOutcome> RunAsync(RepoBundle bundle, CancellationToken cancellationToken)
    {
        GitBundleHeader header;
        var content = bundle.OpenRead();
        await using (content.ConfigureAwait(false))
        {
            header = await GitBundle.ReadHeaderAsync(content, limits, cancellationToken).ConfigureAwait(false);
        }

        using var timeout = new CancellationTokenSource(connection.Timeout, connection.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return remote.Http is null
                ? await new LocalPush(remote.Text, force, limits, temporaryDirectory, progress).RunAsync(bundle, header, either.Token).ConfigureAwait(false)
                : await new HttpPush(remote, connection, force, progress).RunAsync(bundle, header, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CheckpointRepoUnavailableException($"The push to '{remote}' did not end within its time.", new TimeoutException());
        }
    }

    /// <summary>Finds the refs that the remote does not have yet.</summary>
    /// <exception cref="CheckpointRepoUnavailableException">The remote has refs of its own, and nobody said that they may be overwritten.</exception>
    public static IReadOnlyList<GitBundleRef> FindMissing(string remote, GitBundleHeader header, IReadOnlyDictionary<string, string> present, bool force)
    {
        var missing = new List<GitBundleRef>();
        var same = 0;
        foreach (var reference in header.Refs)
        {
            if (!reference.Name.StartsWith("refs/", StringComparison.Ordinal))
            {
                // HEAD is the remote's own to set.
                continue;
            }

            if (reference.Name.Contains('\uFFFD', StringComparison.Ordinal))
            {
                // Its bytes are lost here, and another ref would be made of it.
                throw new CheckpointRepoUnavailableException($"The bundle has a ref whose name is not UTF-8, which cannot be pushed: {reference.Name}.");
            }

            if (present.TryGetValue(reference.Name, out var value) && value == reference.ObjectId)
            {
                same++;
            }
            else
            {
                missing.Add(reference);
            }
        }

        // What an earlier, broken push has left is no reason to refuse its repetition.
        return force || same == present.Count ? missing
            : throw new CheckpointRepoUnavailableException($"The remote '{remote}' is not empty: it has {present.Count} refs, and overwriting was not asked for.");
    }
}
