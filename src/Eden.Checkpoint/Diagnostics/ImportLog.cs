using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Diagnostics;

/// <summary>The messages of an import: event ids 1100 to 1199. Ids and counts, never rows or credentials.</summary>
internal static partial class ImportLog
{
    [LoggerMessage(1100, LogLevel.Information,
        "Imported {SourceExperimentId} as {ExperimentId}: {Events} events, {RevertedClaims} claims taken back, {Credentials} credentials issued, in {ElapsedMs} ms")]
    public static partial void Completed(
        ILogger logger, string sourceExperimentId, string experimentId, long events, long revertedClaims, int credentials, double elapsedMs);

    [LoggerMessage(1101, LogLevel.Error, "The import failed with {Outcome}, {TotalViolations} violations")]
    public static partial void Failed(ILogger logger, string outcome, long totalViolations, Exception exception);

    [LoggerMessage(1102, LogLevel.Warning, "Import into {ExperimentId}: {Warning}")]
    public static partial void Warning(ILogger logger, string experimentId, string warning);

    [LoggerMessage(1103, LogLevel.Information, "Another transaction of the target won over the import; attempt {Attempt} follows")]
    public static partial void TryingAgain(ILogger logger, int attempt);

    [LoggerMessage(1104, LogLevel.Warning, "Removed the repository of an import that did not take place: {Path}")]
    public static partial void RemovedUnfinished(ILogger logger, string path);

    [LoggerMessage(1105, LogLevel.Error, "The import into {ExperimentId} is done, but the push to {Remote} is not: {Failure}")]
    public static partial void PushFailed(ILogger logger, string experimentId, string remote, string failure);
}
