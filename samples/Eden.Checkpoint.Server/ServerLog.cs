using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Server;

/// <summary>The messages of this server beside the library's: event ids 5000 to 5099.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(5000, LogLevel.Warning, "--credential-helper is ignored: there is no --forgejo-url, so no remote to ask a credential for")]
    public static partial void HelperIgnored(ILogger logger);
}
