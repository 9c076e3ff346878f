using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.AspNetCore.Diagnostics;

/// <summary>The messages of the endpoints: event ids 4000 to 4099. Never a header, a query or a token.</summary>
internal static partial class EndpointLog
{
    [LoggerMessage(4000, LogLevel.Information, "{Operation} was refused with {Status} {ProblemType}: {Detail}")]
    public static partial void Refused(ILogger logger, CheckpointOperation operation, int status, string problemType, string detail);

    [LoggerMessage(4001, LogLevel.Error, "{Operation} failed")]
    public static partial void Failed(ILogger logger, CheckpointOperation operation, Exception exception);

    [LoggerMessage(4002, LogLevel.Information, "{Operation} was given up: the client went away")]
    public static partial void ClientGone(ILogger logger, CheckpointOperation operation);

    [LoggerMessage(4003, LogLevel.Error, "{Operation} broke off in the middle of its answer; the connection was aborted")]
    public static partial void BrokeOff(ILogger logger, CheckpointOperation operation, Exception exception);

    [LoggerMessage(4004, LogLevel.Information, "Imported {ExperimentId}; {Workers} fresh credentials, {Warnings} warnings")]
    public static partial void Imported(ILogger logger, string experimentId, int workers, int warnings);

    [LoggerMessage(4005, LogLevel.Warning, "The store's credential hash of worker {WorkerId} is no argon2id hash; the worker cannot sign in")]
    public static partial void UnreadableHash(ILogger logger, string workerId);

    [LoggerMessage(4006, LogLevel.Error, "A bearer could not be verified")]
    public static partial void AuthenticationFailed(ILogger logger, Exception exception);
}
