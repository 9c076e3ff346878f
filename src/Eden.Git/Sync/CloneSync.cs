using Eden.Git.Bundles;
using Eden.Git.Diagnostics;
using Eden.Git.Fetching;
using Eden.Git.Objects;
using Eden.Git.Remotes;
using Eden.Git.Repositories;
using Eden.Shared;
using LibGit2Sharp;
using Microsoft.Extensions.Logging;

namespace Eden.Git.Sync;

/// <summary>One sync of one clone, on a thread of its own and under the clone's <see cref="SyncLock"/>.</summary>
internal sealed class CloneSync(string path, GitRemoteAddress remote, LocalCloneOptions options, CancellationToken cancellationToken)
{
    private const string StagingInside = "eden-sync-";
    private const string StagingBeside = ".sync-";
    private const int MaxAttempts = 3;

    // As many as git names at once.
    private const int MaxHaves = 16384;
    private long _receivedObjects;

    /// <summary>Makes the clone equal to its remote. A clone of ours that turns out to be damaged is made anew.</summary>
    public LocalCloneResult Run() => Watch(source =>
    {
        PlaceReservation.Refuse(path);
        RemoveLeftovers();
        var standing = CloneStanding.At(path, remote, cancellationToken);
        if (standing.Fault is { } fault)
        {
            return MakeAnew(source, fault);
        }

        try
        {
            return Sync(source, standing);
        }
        catch (GitDamagedException damage) when (standing is { IsPresent: true, IsOurs: true })
        {
            return MakeAnew(source, damage.Message);
        }
    });

    /// <summary>Makes the clone anew from its remote, whatever it is like.</summary>
    /// <param name="reason">What is wrong with it, for the warning.</param>
    public LocalCloneResult MakeAnew(string reason) => Watch(source => MakeAnew(source, reason));

    private LocalCloneResult Watch(Func<RemoteSource, LocalCloneResult> sync)
    {
        using var source = new RemoteSource(remote, options, cancellationToken);
        try
        {
            var result = sync(source);
            CloneMark.Write(path, remote);
            ClonePacks.MergeWhenMany(path, Aside(), options, cancellationToken);
            return result;
        }
        catch (Exception exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(source.Failure ?? exception, source);
        }
    }

    private GitException Translate(Exception exception, RemoteSource source)
    {
        switch (exception)
        {
            case GitException known:
                return known;

            // A text of the remote with braces is no format of LibGit2Sharp's, which takes it for one.
            case LibGit2SharpException or FormatException:
                var lead = $"The remote '{remote}' could not be synced";
                return new GitRemoteUnavailableException(source.Session is { Words.Text: not null } session ? session.Words.AddTo(lead) : $"{lead}: {CauseText.Of(exception)}", exception);
            case IOException or UnauthorizedAccessException when source.Failure is not null:
                return new GitRemoteUnavailableException($"The connection to the remote '{remote}' broke: {CauseText.Of(exception)}", exception);
            case UnauthorizedAccessException:
                return new GitException($"The clone '{path}' of '{remote}' could not be synced: {CauseText.Of(exception)}", exception);
            default:
                return new GitRemoteUnavailableException($"The clone '{path}' of '{remote}' could not be synced: {CauseText.Of(exception)}", exception);
        }
    }

    private LocalCloneResult Sync(RemoteSource source, CloneStanding standing)
    {
        var listing = List(source);
        var local = standing.IsPresent ? MirrorRefs.Read(path) : [];
        var restored = standing.HasRemote ? null : new RestoredRepository(path, remote, local);
        if (restored is not null && restored.Lacks(listing.Refs))
        {
            listing = FinishPush(restored, source, listing);
        }

        if (standing.IsPresent && AreEqual(local, listing.Refs))
        {
            RequireObjects(listing);
            restored?.Settle();
            MirrorRefs.WriteHead(path, listing.HeadContent());
            return Result(listing, local, created: false);
        }

        using var staging = StagingRepository.Create(Aside(), standing.IsPresent ? [Path.Combine(path, "objects")] : []);
        if (listing.Refs.Count > 0)
        {
            listing = Fetch(staging, source, listing, local);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (restored is not null)
        {
            restored.RequirePushed(listing.Refs, staging.Path, cancellationToken);
            restored.Settle();
        }

        Install(staging, listing, standing.IsPresent);
        return Result(listing, local, created: !standing.IsPresent);
    }

    private LocalCloneResult MakeAnew(RemoteSource source, string reason)
    {
        if (options.Logger is { } logger)
        {
            GitLog.CloneMadeAnew(logger, path, remote.Text, reason);
        }

        source.Forget();
        var listing = List(source);
        using var staging = StagingRepository.Create(Aside(), []);
        if (listing.Refs.Count > 0)
        {
            listing = Fetch(staging, source, listing, []);
        }

        cancellationToken.ThrowIfCancellationRequested();
        Install(staging, listing, isPresent: false);
        return Result(listing, [], created: true);
    }

    /// <summary>Puts what was fetched into the clone's place, or adds it to the clone that is there.</summary>
    private void Install(StagingRepository staging, RemoteListing listing, bool isPresent)
    {
        var head = listing.HeadContent();
        if (isPresent)
        {
            staging.MarkInstalling(path);
            staging.MovePacksTo(path);
            MirrorRefs.Replace(path, listing.Refs);
            MirrorRefs.WriteHead(path, head);
        }
        else
        {
            staging.Complete(remote, listing.Refs, head);
            if (Directory.Exists(path))
            {
                CloneStanding.Fill(path, staging.Path);
            }
            else
            {
                staging.MoveTo(path);
            }
        }

        if (!AreEqual(MirrorRefs.Read(path), listing.Refs))
        {
            throw new GitRemoteUnavailableException($"Another program changed the refs of the clone '{path}' during the sync.");
        }
    }

    /// <summary>Pushes what an import left to be pushed, when that is wanted, and lists the remote again.</summary>
    private RemoteListing FinishPush(RestoredRepository restored, RemoteSource source, RemoteListing listing)
    {
        if (!restored.IsPending || !options.FinishPush)
        {
            restored.RequirePushed(listing.Refs, null, cancellationToken);
        }
        else
        {
            restored.Push(options, Aside(), listing.Refs, cancellationToken);
        }

        source.Forget();
        return List(source);
    }

    /// <summary>A clone whose refs are right is not touched by a sync; it must have what they name all the same.</summary>
    private void RequireObjects(RemoteListing listing)
    {
        using var commits = RepositoryCommits.Open(path, cancellationToken);
        foreach (var (name, value) in listing.Refs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!commits.Contains(value))
            {
                throw new GitDamagedException($"The clone '{path}' is corrupt: it does not have the object {value} of {RefText.Show(name)}.");
            }
        }
    }

    /// <summary>Returns a new name for a folder of this sync, inside the clone's own or beside it.</summary>
    private string Aside() => (Directory.Exists(path) ? Path.Combine(path, StagingInside) : NameBeside.Of(path, StagingBeside)) + Guid.NewGuid().ToString("N");

    private RemoteListing List(RemoteSource source)
    {
        var listing = source.List(Aside());
        if (listing.IllegalNames > 0 && options.Logger is { } logger)
        {
            GitLog.IllegalRefNames(logger, remote.Text, listing.IllegalNames);
        }

        return listing;
    }

    /// <summary>Fetches what a listing names. When the remote has moved on and no longer gives that, its new listing is tried.</summary>
    /// <returns>The listing whose objects are all here: one that the remote advertised during this sync.</returns>
    private RemoteListing Fetch(StagingRepository staging, RemoteSource source, RemoteListing listing, Dictionary<string, string> local)
    {
        using var present = source.Session is not null && staging.Borrows ? RepositoryCommits.Open(path, cancellationToken) : null;
        source.Session?.Offer(present?.FindNewest(local.Values.Distinct(StringComparer.Ordinal), MaxHaves, cancellationToken) ?? []);

        using var known = source.LocalPath is null || local.Count == 0 ? null : ReadKnown(local);
        for (var attempt = 1; ; attempt++)
        {
            Exception? refusal = null;
            try
            {
                if (source.Session is { } remoteSession)
                {
                    Fetch(staging, remoteSession, listing, present);
                }
                else
                {
                    Copy(staging, source.LocalPath!, known);
                }

                if (staging.FindMissing(listing.Refs, cancellationToken) is not { } missing)
                {
                    return listing;
                }

                if (attempt == MaxAttempts)
                {
                    throw new GitRemoteUnavailableException($"The remote '{remote}' advertises {RefText.Show(missing)}, but did not send its object.");
                }
            }
            catch (Exception exception) when (exception is LibGit2SharpException or FormatException or GitDamagedException && source.Failure is null && attempt < MaxAttempts && !cancellationToken.IsCancellationRequested)
            {
                refusal = exception;
            }

            var words = source.Words;
            source.Forget();
            var next = List(source);
            if (AreEqual(next.Refs, listing.Refs))
            {
                var message = $"The remote '{remote}' did not give what it advertises{(words is not null ? "; it says: " + words : refusal is null ? "." : ": " + CauseText.Of(refusal))}";

                // Where the remote found nothing wrong, what is borrowed from the clone may be.
                throw local.Count > 0 && (refusal is GitDamagedException || (words is null && refusal is not null))
                    ? new GitDamagedException(message, refusal) { IsTransient = true }
                    : new GitRemoteUnavailableException(message, refusal);
            }

            listing = next;
        }
    }

    private void Fetch(StagingRepository staging, HttpRemoteSession session, RemoteListing listing, RepositoryCommits? present)
    {
        var wanted = listing.Refs.Values.Distinct(StringComparer.Ordinal).Where(value => present is null || !present.Contains(value)).ToList();
        if (wanted.Count > 0)
        {
            session.Want(wanted);
            using var pack = new IncomingPack(Path.Combine(staging.Objects, "pack"), remote, options.Progress, cancellationToken);
            _receivedObjects = staging.Fetch(session, FetchOptions(), pack, cancellationToken);
        }
    }

    private KnownHistory ReadKnown(Dictionary<string, string> local)
    {
        var tips = new HashSet<ObjectHash>();
        foreach (var value in local.Values)
        {
            if (ObjectHash.TryParse(value, out var tip))
            {
                tips.Add(tip);
            }
        }

        return KnownHistory.Read(path, tips, cancellationToken);
    }

    /// <summary>Copies what a remote on this machine has and the clone does not: libgit2's own transport for paths compresses everything anew.</summary>
    private void Copy(StagingRepository staging, string from, KnownHistory? known)
    {
        var progress = options.Progress is not { } told ? null : new CopyProgress(told, remote.Text);
#pragma warning disable RS0030 // A sync is synchronous, as libgit2 is; it runs on a thread of its own.
        _receivedObjects = staging.CopyAsync(from, known, progress, cancellationToken).GetAwaiter().GetResult();
#pragma warning restore RS0030
    }

    /// <summary>Removes what was left behind by syncs that were killed: we hold the lock, so none is running. So it is with what others make in private folders, whose own
    /// locks tell.</summary>
    private void RemoveLeftovers()
    {
        var parent = Path.GetDirectoryName(path);
        var beside = NameBeside.Of(path, StagingBeside);
        var leftovers = Directory.Exists(parent) ? Directory.GetDirectories(parent).Where(folder => folder.StartsWith(beside, StringComparison.Ordinal)) : [];
        if (parent is not null)
        {
            TemporaryDirectory.Sweep(parent);
        }

        if (Directory.Exists(path))
        {
            leftovers = leftovers.Concat(Directory.GetDirectories(path, StagingInside + "*"));
            TemporaryDirectory.Sweep(Path.Combine(path, "objects"));
        }

        foreach (var leftover in leftovers.Where(IsStagingName).ToArray())
        {
            foreach (var file in StagingRepository.FindUnfinished(leftover, path))
            {
                File.Delete(file);
                LogLeftover(file);
            }

            FolderRemoval.Delete(leftover);
            LogLeftover(leftover);
        }
    }

    private static bool IsStagingName(string leftover)
        => leftover.Length > 32 && Guid.TryParseExact(leftover[^32..], "N", out _);

    private void LogLeftover(string leftover)
    {
        if (options.Logger is { } logger)
        {
            GitLog.RemovedLeftover(logger, leftover);
        }
    }

    private FetchOptions FetchOptions()
    {
        var fetch = new FetchOptions
        {
            TagFetchMode = TagFetchMode.None,
            Prune = false,
            OnProgress = _ => !cancellationToken.IsCancellationRequested,
            OnTransferProgress = _ => !cancellationToken.IsCancellationRequested,
        };
        fetch.ProxyOptions.ProxyType = ProxyType.None;
        return fetch;
    }

    private LocalCloneResult Result(RemoteListing listing, Dictionary<string, string> before, bool created) => new(
        path,
        created,
        listing.Refs.Count,
        listing.Refs.LongCount(entry => !before.TryGetValue(entry.Key, out var old) || old != entry.Value),
        before.Keys.LongCount(name => !listing.Refs.ContainsKey(name)),
        _receivedObjects,
        listing.DefaultBranch is { } branch ? RefText.Show(branch) : null);

    private static bool AreEqual(Dictionary<string, string> left, Dictionary<string, string> right)
        => left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out var value) && value == entry.Value);

    /// <summary>Tells of copied objects as of fetched ones.</summary>
    private sealed class CopyProgress(IProgress<GitProgress> told, string remote) : IProgress<GitProgress>
    {
        public void Report(GitProgress value) => told.Report(value with { Phase = GitPhase.Fetch, Item = remote });
    }
}
