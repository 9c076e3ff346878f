using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Diagnostics;

/// <summary>The messages of an export: event ids 1000 to 1099.</summary>
internal static partial class ExportLog
{
    [LoggerMessage(1000, LogLevel.Information, "Exported {ExperimentId}: {ArchiveBytes} bytes, resumable {IsResumable}, in {ElapsedMs} ms")]
    public static partial void Completed(ILogger logger, string experimentId, long archiveBytes, bool isResumable, double elapsedMs);

    [LoggerMessage(1001, LogLevel.Error, "The export failed with {Outcome}, {TotalViolations} violations")]
    public static partial void Failed(ILogger logger, string outcome, long totalViolations, Exception exception);

    [LoggerMessage(1002, LogLevel.Warning, "Export of {ExperimentId}: {Warning}")]
    public static partial void Warning(ILogger logger, string experimentId, string warning);
}
