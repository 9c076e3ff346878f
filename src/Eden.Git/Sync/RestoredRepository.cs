using Eden.Git.Diagnostics;
using Eden.Git.Objects;
using Eden.Git.Remotes;
using Eden.Git.Repositories;
using Eden.Shared;

namespace Eden.Git.Sync;

/// <summary>A repository without a remote at a clone's path, as an import leaves it: it becomes the clone once the remote has everything that it has.</summary>
/// <remarks>Until then a sync would prune what only this repository has, and an export would carry what the remote had before the import.</remarks>
internal sealed class RestoredRepository
{
    private readonly string _path;
    private readonly GitRemoteAddress _remote;
    private readonly IReadOnlyDictionary<string, string> _refs;
    private readonly bool _isPending;

    /// <exception cref="GitException">It is still to be pushed to another remote, or has nothing that could be pushed.</exception>
    public RestoredRepository(string path, GitRemoteAddress remote, IReadOnlyDictionary<string, string> refs)
    {
        (_path, _remote, _refs) = (path, remote, refs);
        var pending = PendingPush.ReadRemote(path);
        _isPending = pending is not null;
        if (pending is not null && !remote.IsSameAs(pending))
        {
            throw new GitException(
                $"The repository '{path}' was restored for the remote '{GitRemoteAddress.Mask(pending)}', but '{remote}' is configured.");
        }

        if (refs.Count == 0)
        {
            throw new GitException(
                $"The repository '{path}' has no remote 'origin' and no refs, so it is not the clone of '{remote}'. Remove it, and the next sync makes one.");
        }
    }

    /// <summary>Gets a value indicating whether a restore of ours left it to be pushed: only then may it be pushed without being asked to.</summary>
    public bool IsPending => _isPending;

    /// <summary>Tells whether the remote lacks a ref that it must have.</summary>
    public bool Lacks(IReadOnlyDictionary<string, string> advertised) => Needed().Any(entry => !advertised.ContainsKey(entry.Key));

    /// <summary>Refuses when the remote lacks a ref, or has another value for one and does not lead to ours from there.</summary>
    /// <param name="advertised">The remote's refs.</param>
    /// <param name="fetched">A repository that has everything that the remote's refs reach.</param>
    /// <param name="cancellationToken">Observed at each commit.</param>
    /// <exception cref="GitException">The push is not finished; the message says how to.</exception>
    public void RequirePushed(IReadOnlyDictionary<string, string> advertised, string? fetched, CancellationToken cancellationToken)
    {
        var differing = Needed().Where(entry => !advertised.TryGetValue(entry.Key, out var there) || there != entry.Value).ToList();
        if (differing.Count == 0)
        {
            return;
        }

        if (fetched is not null)
        {
            // Work goes on at the remote once it has what was restored.
            using var commits = RepositoryCommits.Open(fetched, cancellationToken);
            differing.RemoveAll(entry => advertised.TryGetValue(entry.Key, out var there) && commits.LeadsTo(there, entry.Value, cancellationToken));
            if (differing.Count == 0)
            {
                return;
            }
        }

        throw Unfinished(differing[0].Key, differing.Count, advertised);
    }

    /// <summary>Pushes it to its remote, where nothing of the remote's own has to give way.</summary>
    /// <param name="options">How to talk to the remote.</param>
    /// <param name="place">Where temporary files go; nothing is there.</param>
    /// <param name="advertised">The remote's refs.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <exception cref="GitException">The remote refused something, or has refs of its own; the message says how to finish.</exception>
    public void Push(LocalCloneOptions options, string place, IReadOnlyDictionary<string, string> advertised, CancellationToken cancellationToken)
    {
        if (Overwrites(advertised))
        {
            RequirePushed(advertised, null, cancellationToken);
        }

        TemporaryDirectory.CreatePrivate(place);
#pragma warning disable RS0030 // A clone is synchronous, as libgit2 is; this runs on a thread of its own.
        try
        {
            var outcome = PushAsync(_path, _remote, options, force: false, GitLimits.Default, place, options.Progress, cancellationToken).GetAwaiter().GetResult();
            if (!outcome.IsComplete)
            {
                throw new GitException($"The repository restored to '{_path}' is not pushed to '{_remote}' yet. {outcome.ToResult(_remote, _path).Failure}");
            }

            if (options.Logger is { } logger)
            {
                GitLog.PushFinished(logger, _path, _remote.Text, outcome.Taken);
            }
        }
#pragma warning restore RS0030
        finally
        {
            FolderRemoval.Delete(place);
        }
    }

    /// <summary>Makes it the clone.</summary>
    public void Settle() => PendingPush.Settle(_path, _remote);

    /// <summary>Says that the push is not finished, and how to finish it.</summary>
    public GitException Unfinished(string first, int count, IReadOnlyDictionary<string, string> advertised)
    {
        var overwrites = Overwrites(advertised);
        var lead = _isPending
            ? $"The repository restored to '{_path}' is not pushed to '{_remote}' yet"
            : $"The repository '{_path}' has no remote 'origin', and '{_remote}' does not have everything that it has";
        var others = count > 1 ? $" and {count - 1} more are missing there or differ" : " is missing there or differs";
        return new GitException(
            $"{lead}: {RefText.Show(first)}{others}. {(_isPending ? "Nothing" : "If it was restored from a bundle, nothing")} is synced before the push is finished, since the remote has something else"
            + (overwrites ? " (the remote has refs of its own: --force overwrites those of the same name): " : ": ")
            + PushCommand.For(_path, _remote, overwrites));
    }

    private bool Overwrites(IReadOnlyDictionary<string, string> advertised)
        => advertised.Any(entry => !ForgeRefs.AreOwnedByHost(entry.Key) && (!_refs.TryGetValue(entry.Key, out var here) || here != entry.Value));

    /// <summary>Pushes a repository as it is, by a bundle of all of it.</summary>
    public static async Task<PushOutcome> PushAsync(
        string path, GitRemoteAddress remote, LocalCloneOptions options, bool force, GitLimits limits, string place, IProgress<GitProgress>? progress, CancellationToken cancellationToken)
    {
        var bundlePath = Path.Combine(place, "push.bundle");
        var stream = TemporaryDirectory.CreateFile(bundlePath, FileAccess.Write);
        await using (stream.ConfigureAwait(false))
        {
            await GitBundle.CreateAsync(path, stream, new GitBundleCreateOptions { Limits = limits, TemporaryDirectory = place }, cancellationToken).ConfigureAwait(false);
        }

        return await new RemotePush(remote, options, force, limits, place, progress).RunAsync(bundlePath, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What must be at the remote before a sync may prune here. Of an imported repository, branches and tags: no git host takes all of the rest.</summary>
    private IEnumerable<KeyValuePair<string, string>> Needed()
        => _refs.Where(entry => _isPending ? ForgeRefs.IsDecisive(entry.Key) : !ForgeRefs.AreOwnedByHost(entry.Key));
}
