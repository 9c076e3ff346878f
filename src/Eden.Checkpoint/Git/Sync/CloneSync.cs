using Eden.Checkpoint.Git.Repositories;
using Eden.Checkpoint.Storage;
using LibGit2Sharp;
using NativeRepository = LibGit2Sharp.Repository;
using Microsoft.Extensions.Logging;
using Log = Eden.Checkpoint.Diagnostics.Log;

namespace Eden.Checkpoint.Git.Sync;

/// <summary>One sync of one clone, on a thread of its own and under the clone's <see cref="SyncLock"/>.</summary>
internal sealed class CloneSync(string path, RemoteAddress remote, LocalCloneOptions options, CancellationToken cancellationToken)
{
    private const string StagingInside = "eden-sync-";
    private const string StagingBeside = ".sync-";
    private const string UnfinishedMark = "eden-sync-unfinished";
    private const int MaxAttempts = 3;

    // As many as git names at once.
    private const int MaxHaves = 16384;
    private static readonly string[] s_children = ["objects", "refs", "config", "packed-refs", "HEAD"];
    private long _receivedObjects;
    private long _lastReported;
    private bool _hasNoRemote;

    public LocalCloneResult Run()
    {
        var present = Inspect();
        using var session = remote.Http is null ? null : new HttpRemoteSession(remote, options, cancellationToken);
        try
        {
            var result = Run(session, present);
            MergePacks();
            return result;
        }
        catch (Exception exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw (session?.Failure ?? exception) switch
            {
                CheckpointException known => known,
                LibGit2SharpException native => new CheckpointRepoUnavailableException($"The remote '{remote}' could not be synced: {native.Message}", native),
                IOException or UnauthorizedAccessException when session?.Failure is { } failure => new CheckpointRepoUnavailableException(
                    $"The connection to the remote '{remote}' broke: {failure.Message}", failure),
                var other => new CheckpointRepoUnavailableException($"The clone '{path}' of '{remote}' could not be synced: {other.Message}", other),
            };
        }
    }

    private LocalCloneResult Run(HttpRemoteSession? session, bool present)
    {
        if (session is null && !Directory.Exists(remote.Text))
        {
            // libgit2 would complain of an unsupported protocol.
            throw new CheckpointRepoUnavailableException($"The remote '{remote}' is not there.");
        }

        if (session is null)
        {
            var inner = Path.Combine(remote.Text, ".git");
            RepositoryFile.RefuseSpecialIn(Directory.Exists(inner) ? inner : remote.Text, cancellationToken);
        }

        var url = session?.Url ?? remote.Text;
        var listing = List(url);
        if (listing.IllegalNames > 0 && options.Logger is { } logger)
        {
            Log.IllegalRefNames(logger, remote.Text, listing.IllegalNames);
        }

        var local = present ? MirrorRefs.Read(path) : [];
        if (_hasNoRemote)
        {
            Adopt(local, listing.Refs);
        }

        if (present && AreEqual(local, listing.Refs))
        {
            MirrorRefs.WriteHead(path, listing.HeadContent());
            return Result(listing, local, created: false);
        }

        var inside = Directory.Exists(path);
        var place = inside ? Path.Combine(path, StagingInside) : NameBeside.Of(path, StagingBeside);
        using var staging = StagingRepository.Create(place + Guid.NewGuid().ToString("N"), present ? path : null);
        if (listing.Refs.Count > 0)
        {
            listing = Fetch(staging, url, session, listing, local);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var head = listing.HeadContent();
        if (present)
        {
            staging.MarkInstalling(path);
            staging.MovePacksTo(path);
            MirrorRefs.Replace(path, listing.Refs);
            MirrorRefs.WriteHead(path, head);
        }
        else
        {
            staging.Complete(remote, listing.Refs, head);
            if (inside)
            {
                MoveChildren(staging.Path);
            }
            else
            {
                staging.MoveTo(path);
            }
        }

        if (!AreEqual(MirrorRefs.Read(path), listing.Refs))
        {
            throw new CheckpointRepoUnavailableException($"Another program changed the refs of the clone '{path}' during the sync.");
        }

        return Result(listing, local, created: !present);
    }

    /// <summary>Keeps the clone quick. A failure is no failure of the sync, which is over.</summary>
    private void MergePacks()
    {
        if (options.MaxPacks is not { } most || ClonePacks.Count(path) is var count && count <= most || File.Exists(Path.Combine(path, "objects", "info", "alternates")))
        {
            return;
        }

        var started = options.TimeProvider.GetTimestamp();
        var staging = Path.Combine(path, StagingInside + Guid.NewGuid().ToString("N"));
        try
        {
            TemporaryDirectory.CreatePrivate(staging);
            ClonePacks.MergeAsync(path, staging, cancellationToken).GetAwaiter().GetResult();
            if (options.Logger is { } logger)
            {
                Log.MergedPacks(logger, path, count, options.TimeProvider.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        catch (Exception failure) when (failure is CheckpointException or IOException or UnauthorizedAccessException && !cancellationToken.IsCancellationRequested)
        {
            if (options.Logger is { } logger)
            {
                Log.PacksNotMerged(logger, path, count, failure.Message);
            }
        }
        finally
        {
            StagingRepository.Delete(staging);
        }
    }

    private RemoteListing List(string url)
    {
        var listing = RemoteListing.From(NativeRepository.ListRemoteReferences(url, new ProxyOptions { ProxyType = ProxyType.None }));
        cancellationToken.ThrowIfCancellationRequested();
        return listing;
    }

    /// <summary>Fetches what a listing names. When the remote has moved on and no longer gives that, its new listing is tried.</summary>
    /// <returns>The listing whose objects are all here: one that the remote advertised during this sync.</returns>
    private RemoteListing Fetch(StagingRepository staging, string url, HttpRemoteSession? session, RemoteListing listing, Dictionary<string, string> local)
    {
        if (session is not null && local.Count > 0)
        {
            using var commits = RepositoryCommits.Open(path, cancellationToken);
            session.Offer(commits.FindNewest(local.Values.Distinct(StringComparer.Ordinal), MaxHaves, cancellationToken));
        }

        for (var attempt = 1; ; attempt++)
        {
            LibGit2SharpException? refusal = null;
            try
            {
                staging.Fetch(url, FetchOptions());
                if (staging.FindMissing(listing.Refs, cancellationToken) is not { } missing)
                {
                    return listing;
                }

                if (attempt == MaxAttempts)
                {
                    throw new CheckpointRepoUnavailableException($"The remote '{remote}' advertises {missing}, but did not send its object.");
                }
            }
            catch (LibGit2SharpException exception) when (session?.Failure is null && attempt < MaxAttempts && !cancellationToken.IsCancellationRequested)
            {
                refusal = exception;
            }

            session?.ForgetRefs();
            var next = List(url);
            if (AreEqual(next.Refs, listing.Refs))
            {
                throw new CheckpointRepoUnavailableException(
                    $"The remote '{remote}' did not give what it advertises{(refusal is null ? "" : ": " + refusal.Message)}.", refusal);
            }

            listing = next;
        }
    }

    /// <summary>Tells whether the clone is there, and refuses anything else in its place.</summary>
    private bool Inspect()
    {
        RemoveLeftovers();
        if (File.Exists(path))
        {
            throw new CheckpointRepoUnavailableException($"The clone's path '{path}' is a file.");
        }

        if (!Directory.Exists(path) || IsEmptyOrUnfinished())
        {
            return false;
        }

        if (!File.Exists(Path.Combine(path, "HEAD")) || !Directory.Exists(Path.Combine(path, "objects")) || !Directory.Exists(Path.Combine(path, "refs")))
        {
            throw new CheckpointRepoUnavailableException($"The clone's path '{path}' holds something that is not a bare git repository.");
        }

        RepositoryFile.RefuseSpecialIn(path, cancellationToken);
        if (File.Exists(Path.Combine(path, "shallow")))
        {
            throw new CheckpointRepoUnavailableException($"The clone '{path}' is shallow; remove it, and the next sync makes a complete one.");
        }

        CheckConfiguration();
        return true;
    }

    private void CheckConfiguration()
    {
        using var configuration = Configuration.BuildFrom(Path.Combine(path, "config"));
        if (configuration.Get<string>("core.bare", ConfigurationLevel.Local)?.Value is not { } bare
            || !bare.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            throw new CheckpointRepoUnavailableException($"The repository '{path}' is not bare, so it cannot be the clone of '{remote}'.");
        }

        var extension = configuration.Find("^extensions\\.", ConfigurationLevel.Local).FirstOrDefault();
        if (extension is not null)
        {
            throw new CheckpointRepoUnavailableException($"The clone '{path}' uses {extension.Key}, which a sync cannot handle.");
        }

        var url = configuration.Get<string>("remote.origin.url", ConfigurationLevel.Local)?.Value;
        _hasNoRemote = url is null;
        if (url is not null && !remote.IsSameAs(url))
        {
            throw new CheckpointRepoUnavailableException(
                $"The clone '{path}' belongs to the remote '{RemoteAddress.Mask(url)}', but '{remote}' is configured. Use another path, or remove the clone.");
        }
    }

    /// <summary>Makes a repository that an import restored, and whose refs were pushed to the remote since, the clone of that remote. One with anything that
    /// the remote does not have stays what it is: a sync would prune it.</summary>
    private void Adopt(Dictionary<string, string> local, Dictionary<string, string> advertised)
    {
        foreach (var (name, value) in local)
        {
            if (!advertised.TryGetValue(name, out var there) || there != value)
            {
                throw new CheckpointRepoUnavailableException(
                    $"The repository '{path}' has no remote 'origin', and '{remote}' does not have its {name} as it is here, so it is not the clone of that remote. "
                    + $"If an import restored it, finish the push: git -C {path} push --mirror {remote}");
            }
        }

        if (local.Count == 0)
        {
            throw new CheckpointRepoUnavailableException($"The repository '{path}' has no remote 'origin' and no refs, so it is not the clone of '{remote}'. Remove it, and the next sync makes one.");
        }

        var configuration = Path.Combine(path, "config");
        var aside = configuration + ".lock";
        File.WriteAllText(aside, File.ReadAllText(configuration).TrimEnd('\n') + '\n' + StagingRepository.OriginSection(remote));
        File.Move(aside, configuration, overwrite: true);
    }

    private bool IsEmptyOrUnfinished()
    {
        if (File.Exists(Path.Combine(path, UnfinishedMark)))
        {
            foreach (var child in s_children.Select(name => Path.Combine(path, name)))
            {
                StagingRepository.Delete(child);
                File.Delete(child);
            }

            File.Delete(Path.Combine(path, UnfinishedMark));
        }

        // A fresh volume comes with its file system's own folder.
        return Directory.EnumerateFileSystemEntries(path).All(entry => Path.GetFileName(entry) is "lost+found" or "eden-sync-lock");
    }

    /// <summary>Fills an existing empty folder, which may be a mount point and cannot be renamed over. HEAD comes last: no program takes it for a repository before.</summary>
    private void MoveChildren(string staging)
    {
        File.WriteAllText(Path.Combine(path, UnfinishedMark), "");
        foreach (var name in s_children)
        {
            Directory.Move(Path.Combine(staging, name), Path.Combine(path, name));
        }

        File.Delete(Path.Combine(path, UnfinishedMark));
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

            StagingRepository.Delete(leftover);
            LogLeftover(leftover);
        }
    }

    private static bool IsStagingName(string leftover)
        => leftover.Length > 32 && Guid.TryParseExact(leftover[^32..], "N", out _);

    private void LogLeftover(string leftover)
    {
        if (options.Logger is { } logger)
        {
            Log.RemovedLeftover(logger, leftover);
        }
    }

    private FetchOptions FetchOptions()
    {
        var fetch = new FetchOptions
        {
            TagFetchMode = TagFetchMode.None,
            Prune = false,
            OnProgress = _ => !cancellationToken.IsCancellationRequested,
            OnTransferProgress = transfer =>
            {
                _receivedObjects = transfer.ReceivedObjects;
                if (transfer.ReceivedObjects - _lastReported >= 1000
                    || (transfer.ReceivedObjects == transfer.TotalObjects && transfer.ReceivedObjects != _lastReported))
                {
                    _lastReported = transfer.ReceivedObjects;
                    options.Progress?.Report(new CheckpointProgress(CheckpointPhase.Sync, transfer.ReceivedObjects, transfer.TotalObjects, remote.Text));
                }

                return !cancellationToken.IsCancellationRequested;
            },
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
        listing.DefaultBranch);

    private static bool AreEqual(Dictionary<string, string> left, Dictionary<string, string> right)
        => left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out var value) && value == entry.Value);
}
