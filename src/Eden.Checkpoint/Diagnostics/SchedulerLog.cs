using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Diagnostics;

/// <summary>The messages of automatic checkpoints: event ids 1400 to 1499.</summary>
internal static partial class SchedulerLog
{
    [LoggerMessage(1400, LogLevel.Information, "Wrote the automatic checkpoint {Name}: {ArchiveBytes} bytes, resumable {IsResumable}")]
    public static partial void Written(ILogger logger, string name, long archiveBytes, bool isResumable);

    [LoggerMessage(1401, LogLevel.Information, "Pruned the automatic checkpoint {Name}")]
    public static partial void Pruned(ILogger logger, string name);

    [LoggerMessage(1402, LogLevel.Error, "The {Kind} checkpoint of {ExperimentId} failed; the next attempt comes with the timer")]
    public static partial void Failed(ILogger logger, string kind, string experimentId, Exception exception);
}
