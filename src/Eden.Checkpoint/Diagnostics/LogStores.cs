using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Diagnostics;

/// <summary>Messages about stores and their snapshots, events 2000 to 2999. Ids and counts, never rows or connection strings.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Debug, "A snapshot of {ExperimentId} was taken at {TakenAt:O}")]
    internal static partial void SnapshotOpened(ILogger logger, string experimentId, DateTimeOffset takenAt);

    [LoggerMessage(2001, LogLevel.Debug, "Read {Rows} rows of {Member} from the snapshot of {ExperimentId}, {Bytes} bytes")]
    internal static partial void RegistryRead(ILogger logger, string experimentId, string member, long rows, long bytes);

    [LoggerMessage(2002, LogLevel.Debug, "Reading {Member} from the snapshot of {ExperimentId} was given up after {Rows} rows")]
    internal static partial void RegistryReadGivenUp(ILogger logger, string experimentId, string member, long rows);

    [LoggerMessage(2003, LogLevel.Debug, "The snapshot of {ExperimentId} ended")]
    internal static partial void SnapshotEnded(ILogger logger, string experimentId);

    [LoggerMessage(2010, LogLevel.Debug, "Wrote {Rows} rows of {Member} for {ExperimentId}")]
    internal static partial void RegistryWritten(ILogger logger, string experimentId, string member, long rows);

    [LoggerMessage(2011, LogLevel.Information, "The import of {ExperimentId} was committed")]
    internal static partial void ImportCommitted(ILogger logger, string experimentId);

    [LoggerMessage(2012, LogLevel.Debug, "The import of {ExperimentId} was taken back")]
    internal static partial void ImportTakenBack(ILogger logger, string experimentId);
}
