using Eden.Git.Model;
using Eden.Git.Objects;
using Eden.Git.Packs;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Bundles;

/// <summary>Checks a whole bundle: header, pack, objects, and that the refs reach nothing that is missing.</summary>
/// <remarks>Damage is data: only failed I/O and cancellation throw.</remarks>
internal static class BundleInspector
{
    /// <summary>Inspects a bundle.</summary>
    /// <param name="bundlePath">The bundle's file.</param>
    /// <param name="depth">How deep to look.</param>
    /// <param name="limits">The ceilings to apply.</param>
    /// <param name="temporaryDirectory">Where large delta bases may be put for a while; <see langword="null"/> for the system's temporary directory.</param>
    /// <param name="progress">Told of objects scanned, then of objects resolved.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    public static Task<GitBundleInspection> InspectAsync(
        string bundlePath,
        GitVerification depth,
        GitLimits limits,
        string? temporaryDirectory,
        IProgress<GitProgress>? progress,
        CancellationToken cancellationToken)
        => InspectAsync(bundlePath, depth, limits, temporaryDirectory, null, progress, cancellationToken);

    /// <summary>Inspects, and copies the pack to a stream on the way when there is one.</summary>
    public static async Task<GitBundleInspection> InspectAsync(
        string bundlePath,
        GitVerification depth,
        GitLimits limits,
        string? temporaryDirectory,
        Stream? packCopy,
        IProgress<GitProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var handle = File.OpenHandle(bundlePath, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        var found = new FaultList(limits.MaxFaults);
        var header = await Task.Run(() => ReadHeader(handle, limits, found, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (header is null)
        {
            return new GitBundleInspection(found.Listed, found.Total, [], null, null, null, default);
        }

        var isComplete = JudgeHeader(header, found);
        var pack = new PackFile(handle, header.Length, RandomAccess.GetLength(handle) - header.Length, header.ObjectFormat.HashLength());
        using var spill = new SpillFiles(temporaryDirectory);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var trailer = Task.Run(() => PackTrailer.Check(pack, header.ObjectFormat, packCopy, stop.Token), CancellationToken.None);
        PackResolver? resolver = null;
        HistoryWalk? walk = null;
        var warnings = new List<string>();
        var checksum = default(ObjectHash);
        try
        {
            // What an incomplete bundle lacks was said with its prerequisites; its history is still worth reading, for the answers about commits.
            var scope = depth == GitVerification.Objects && isComplete ? ResolverScope.Everything : ResolverScope.History;
            var measuresResults = scope == ResolverScope.History;
            var entries = await Task.Run(
                () => PackScanner.Scan(pack, header.ObjectFormat, limits, measuresResults, Tell(progress, "objects scanned"), cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            (var matches, checksum) = await trailer.ConfigureAwait(false);
            if (!matches)
            {
                found.Add(GitFaultKind.Damage, null, "the checksum at the end of the pack does not match its bytes");
            }

            var resolving = new PackResolver(pack, entries, header.ObjectFormat, limits, scope, spill, Tell(progress, "objects resolved"));
            await resolving.RunAsync(cancellationToken).ConfigureAwait(false);
            (var history, var notes) = await WalkAsync(resolving, header, limits, cancellationToken).ConfigureAwait(false);
            (resolver, walk) = (resolving, history);
            if (walk.Sought.Count > 0 && isComplete)
            {
                // A ref or tag names a tree or blob, or something that is not there.
                await resolver.FindAsync(walk.Sought, cancellationToken).ConfigureAwait(false);
                (walk, notes) = await WalkAsync(resolver, header, limits, cancellationToken).ConfigureAwait(false);
            }

            found.AddRange(notes.Listed, notes.Total);
            if (depth == GitVerification.Objects && isComplete && (resolver.Links.HasMalformedTrees || !resolver.Table.AllAsExpected(entries.Kinds)))
            {
                await Task.Run(() => new TreeWalk(resolver, found, cancellationToken).Run(walk.Reached), cancellationToken).ConfigureAwait(false);
            }

            if (resolver.DuplicateCount > 0)
            {
                warnings.Add($"{resolver.DuplicateCount} objects are in the pack more than once");
            }
        }
        catch (PackDamageException damage)
        {
            found.Add(damage.Kind, damage.ObjectId, damage.Message, damage.Offset);
        }
        finally
        {
            // The trailer's thread reads the handle that is about to be closed.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)trailer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return new GitBundleInspection(found.Listed, found.Total, warnings, header, resolver, walk, checksum);
    }

    private static async Task<(HistoryWalk Walk, FaultList Notes)> WalkAsync(
        PackResolver resolver, GitBundleHeader header, GitLimits limits, CancellationToken cancellationToken)
    {
        HashSet<ObjectHash>? prerequisites = null;
        if (header.PrerequisiteLines.Count > 0)
        {
            prerequisites = [];
            for (var index = 0; index < header.PrerequisiteLines.Count; index++)
            {
                prerequisites.Add(header.PrerequisiteLines.Id(index));
            }
        }

        var notes = new FaultList(limits.MaxFaults);
        var walk = await Task.Run(
            () => HistoryWalk.Run(resolver, header.RefLines, notes, prerequisites is null ? null : prerequisites.Contains, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return (walk, notes);
    }

    private static GitBundleHeader? ReadHeader(SafeFileHandle handle, GitLimits limits, FaultList found, CancellationToken cancellationToken)
    {
        var reader = new BundleHeaderReader(limits, found);
        var buffer = new byte[1 << 16];
        var offset = 0L;
        while (!reader.IsEnded)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(handle, buffer, offset);
            if (read == 0)
            {
                reader.Complete();
                break;
            }

            reader.Read(buffer.AsSpan(0, read));
            offset += read;
        }

        return reader.Header;
    }

    // Whether the bundle claims to hold everything that its refs reach.
    private static bool JudgeHeader(GitBundleHeader header, FaultList found)
    {
        var isComplete = true;
        foreach (var capability in header.Capabilities)
        {
            if (!capability.StartsWith("object-format=", StringComparison.Ordinal))
            {
                isComplete = false;
                var shown = capability.Length > 100 ? capability[..100] + "…" : capability;
                found.Add(GitFaultKind.Damage, null, capability.StartsWith("filter=", StringComparison.Ordinal)
                    ? $"the bundle is partial (@{shown}): it lacks objects on purpose"
                    : $"the bundle needs a capability that is not known (@{shown})");
            }
        }

        for (var index = 0; index < header.PrerequisiteLines.Count; index++)
        {
            isComplete = false;
            if (found.IsFull)
            {
                found.AddUnlisted();
                continue;
            }

            var prerequisite = header.Prerequisites[index].ObjectId;
            found.Add(
                GitFaultKind.Damage, prerequisite, $"the bundle is incomplete: it builds on commit {prerequisite}, which it does not hold");
        }

        return isComplete;
    }

    private static Action<int, int>? Tell(IProgress<GitProgress>? progress, string item)
        => progress is null ? null : (done, total) => progress.Report(new GitProgress(GitPhase.Verify, done, total, item));
}
