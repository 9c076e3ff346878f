using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Diagnostics;

/// <summary>Every message of the library with its event id. Ids, names and counts; never a row, a credential or a connection string.</summary>
/// <remarks>One class in one file: the compiler's generator emits several in random order, and then no two builds give the same package.</remarks>
internal static partial class Log
{
    // An export, 1000 to 1099.

    [LoggerMessage(1000, LogLevel.Information, "Exported {ExperimentId}: {ArchiveBytes} bytes, resumable {IsResumable}, in {ElapsedMs} ms")]
    internal static partial void ExportCompleted(ILogger logger, string experimentId, long archiveBytes, bool isResumable, double elapsedMs);

    [LoggerMessage(1001, LogLevel.Error, "The export of {ExperimentId} failed with {Outcome}, {TotalViolations} violations")]
    internal static partial void ExportFailed(ILogger logger, string? experimentId, string outcome, long totalViolations, Exception exception);

    [LoggerMessage(1002, LogLevel.Warning, "Export of {ExperimentId}: {Warning}")]
    internal static partial void ExportWarning(ILogger logger, string experimentId, string warning);

    // An import, 1100 to 1199.

    [LoggerMessage(1100, LogLevel.Information,
        "Imported {SourceExperimentId} as {ExperimentId}: {Events} events, {RevertedClaims} claims taken back, {Credentials} credentials issued, in {ElapsedMs} ms")]
    internal static partial void ImportCompleted(
        ILogger logger, string sourceExperimentId, string experimentId, long events, long revertedClaims, int credentials, double elapsedMs);

    [LoggerMessage(1101, LogLevel.Error, "The import failed with {Outcome}, {TotalViolations} violations")]
    internal static partial void ImportFailed(ILogger logger, string outcome, long totalViolations, Exception exception);

    [LoggerMessage(1102, LogLevel.Warning, "Import into {ExperimentId}: {Warning}")]
    internal static partial void ImportWarning(ILogger logger, string experimentId, string warning);

    [LoggerMessage(1103, LogLevel.Information, "Another transaction of the target won over the import; attempt {Attempt} follows")]
    internal static partial void ImportTriedAgain(ILogger logger, int attempt);

    [LoggerMessage(1104, LogLevel.Warning, "Removed the repository of an import that did not take place: {Path}")]
    internal static partial void UnfinishedImportRemoved(ILogger logger, string path);

    [LoggerMessage(1105, LogLevel.Error, "The import into {ExperimentId} is done, but the push to {Remote} is not: {Failure}")]
    internal static partial void ImportPushFailed(ILogger logger, string experimentId, string remote, string failure);

    [LoggerMessage(1106, LogLevel.Information, "The clone at {Path} gives way to the repository of the import")]
    internal static partial void CloneReplaced(ILogger logger, string path);

    // Automatic checkpoints, 1400 to 1499.

    [LoggerMessage(1400, LogLevel.Information, "Wrote the automatic checkpoint {Name}: {ArchiveBytes} bytes, resumable {IsResumable}")]
    internal static partial void AutomaticCheckpointWritten(ILogger logger, string name, long archiveBytes, bool isResumable);

    [LoggerMessage(1401, LogLevel.Information, "Pruned the automatic checkpoint {Name}")]
    internal static partial void AutomaticCheckpointPruned(ILogger logger, string name);

    [LoggerMessage(1402, LogLevel.Error, "The {Kind} checkpoint of {ExperimentId} failed; the next attempt comes with the timer")]
    internal static partial void AutomaticCheckpointFailed(ILogger logger, string kind, string experimentId, Exception exception);

    [LoggerMessage(1403, LogLevel.Warning,
        "{Count} automatic checkpoints of {ExperimentId} bear times later than now, the last {Latest}: the clock was ahead. They are kept and do not count towards the retention until then")]
    internal static partial void AutomaticCheckpointsAhead(ILogger logger, int count, string experimentId, string latest);

    // Stores and their snapshots, 2000 to 2999.

    [LoggerMessage(2000, LogLevel.Debug, "A snapshot of {ExperimentId} was taken at {TakenAt:O}")]
    internal static partial void SnapshotOpened(ILogger logger, string experimentId, DateTimeOffset takenAt);

    [LoggerMessage(2001, LogLevel.Debug, "Read {Rows} rows of {Member} from the snapshot of {ExperimentId}, {Bytes} bytes")]
    internal static partial void RegistryRead(ILogger logger, string experimentId, string member, long rows, long bytes);

    [LoggerMessage(2002, LogLevel.Debug, "Reading {Member} from the snapshot of {ExperimentId} was given up after {Rows} rows")]
    internal static partial void RegistryReadGivenUp(ILogger logger, string experimentId, string member, long rows);

    [LoggerMessage(2003, LogLevel.Debug, "The snapshot of {ExperimentId} ended")]
    internal static partial void SnapshotEnded(ILogger logger, string experimentId);

    [LoggerMessage(2004, LogLevel.Information, "A connection of the pool was broken, a new one is tried: {Reason}")]
    internal static partial void StaleConnection(ILogger logger, string reason);

    [LoggerMessage(2010, LogLevel.Debug, "Wrote {Rows} rows of {Member} for {ExperimentId}")]
    internal static partial void RegistryWritten(ILogger logger, string experimentId, string member, long rows);

    [LoggerMessage(2011, LogLevel.Information, "The import of {ExperimentId} was committed")]
    internal static partial void ImportCommitted(ILogger logger, string experimentId);

    [LoggerMessage(2012, LogLevel.Debug, "The import of {ExperimentId} was taken back")]
    internal static partial void ImportTakenBack(ILogger logger, string experimentId);

    // Syncing and bundling, 3000 to 3999. Remotes are named without user information.

    [LoggerMessage(3010, LogLevel.Warning, "The repository {Path} has no refs; the bundle is the zero-byte placeholder and the checkpoint not resumable")]
    internal static partial void RepositoryWithoutRefs(ILogger logger, string path);

    [LoggerMessage(3011, LogLevel.Warning, "The bundle of {Path} restores {Count} deleted branches from commits that the clone still has")]
    internal static partial void RestoredBranches(ILogger logger, string path, int count);

    [LoggerMessage(3012, LogLevel.Information, "Bundled {Path}: {RefCount} refs, {ObjectCount} objects, {Bytes} bytes in {ElapsedMs} ms")]
    internal static partial void Bundled(ILogger logger, string path, long refCount, long objectCount, long bytes, double elapsedMs);
}
