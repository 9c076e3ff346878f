using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Server;

/// <summary>The messages of this server beside the library's: event ids 5000 to 5099.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(5000, LogLevel.Warning, "--credential-helper is ignored: there is no --forgejo-url, so no remote to ask a credential for")]
    public static partial void HelperIgnored(ILogger logger);

    [LoggerMessage(5001, LogLevel.Warning, "The variable {Variable} is ignored: its value {Value} is what Kubernetes sets for a service. Set enableServiceLinks to false in the pod, or give {Flag}")]
    public static partial void ServiceLinkIgnored(ILogger logger, string variable, string value, string flag);
}
