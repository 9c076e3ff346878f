using Microsoft.Extensions.Logging;

namespace Eden.Git.Diagnostics;

/// <summary>Every message of the library with its event id. Paths, remotes and counts; never a credential.</summary>
/// <remarks>One class in one file: the compiler's generator emits several in random order, and then no two builds give the same package.</remarks>
internal static partial class GitLog
{
    // Clones and pushes, 3000 to 3009. Eden.Checkpoint's own begin at 1000 and at 3010.

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

    [LoggerMessage(3008, LogLevel.Warning, "The clone {Path} is damaged and is made anew from {Remote}: {Reason}")]
    internal static partial void CloneMadeAnew(ILogger logger, string path, string remote, string reason);

    [LoggerMessage(3009, LogLevel.Information, "Pushed the restored repository {Path} to {Remote}: {RefCount} refs")]
    internal static partial void PushFinished(ILogger logger, string path, string remote, long refCount);
}
