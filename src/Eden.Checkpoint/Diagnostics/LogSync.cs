using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Diagnostics;

/// <summary>Messages about syncing and bundling, events 3000 to 3999. Remotes are named without user information.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Cloned {Remote} into {Path}: {RefCount} refs, {ObjectCount} objects in {ElapsedMs} ms")]
    internal static partial void Cloned(ILogger logger, string remote, string path, long refCount, long objectCount, double elapsedMs);

    [LoggerMessage(3001, LogLevel.Information,
        "Synced {Path} with {Remote}: {RefCount} refs, {ChangedCount} changed, {PrunedCount} pruned, {ObjectCount} objects in {ElapsedMs} ms")]
    internal static partial void Synced(
        ILogger logger, string path, string remote, long refCount, long changedCount, long prunedCount, long objectCount, double elapsedMs);

    [LoggerMessage(3002, LogLevel.Warning, "The credential for {Host} goes over plain HTTP")]
    internal static partial void PlainHttpCredential(ILogger logger, string host);

    [LoggerMessage(3003, LogLevel.Warning, "Removed what an interrupted sync left behind: {Path}")]
    internal static partial void RemovedLeftover(ILogger logger, string path);

    [LoggerMessage(3004, LogLevel.Warning, "The remote {Remote} advertises {Count} refs with names that git does not allow; they are left out")]
    internal static partial void IllegalRefNames(ILogger logger, string remote, long count);

    [LoggerMessage(3005, LogLevel.Warning, "The sync of {Path} with {Remote} failed: {Reason}")]
    internal static partial void SyncFailed(ILogger logger, string path, string remote, string reason);

    [LoggerMessage(3006, LogLevel.Information, "Made one pack of the {Count} of {Path} in {ElapsedMs} ms")]
    internal static partial void MergedPacks(ILogger logger, string path, int count, double elapsedMs);

    [LoggerMessage(3007, LogLevel.Warning, "The {Count} packs of {Path} could not be made one, which makes bundles slow: {Reason}")]
    internal static partial void PacksNotMerged(ILogger logger, string path, int count, string reason);

    [LoggerMessage(3010, LogLevel.Warning, "The repository {Path} has no refs; the bundle is the zero-byte placeholder and the checkpoint not resumable")]
    internal static partial void RepositoryWithoutRefs(ILogger logger, string path);

    [LoggerMessage(3011, LogLevel.Warning, "The bundle of {Path} restores {Count} deleted branches from commits that the clone still has")]
    internal static partial void RestoredBranches(ILogger logger, string path, int count);

    [LoggerMessage(3012, LogLevel.Information, "Bundled {Path}: {RefCount} refs, {ObjectCount} objects, {Bytes} bytes in {ElapsedMs} ms")]
    internal static partial void Bundled(ILogger logger, string path, long refCount, long objectCount, long bytes, double elapsedMs);
}
