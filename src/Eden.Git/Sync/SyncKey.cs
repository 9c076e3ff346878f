using System.Net;
using System.Net.Security;
using Eden.Git.Remotes;
using Microsoft.Extensions.Logging;

namespace Eden.Git.Sync;

/// <summary>What two requests must have in common to share one sync. Sources, proxies, callbacks, loggers and clocks count as the same only when they are one object.</summary>
internal sealed record SyncKey(
    string Path,
    string Remote,
    string? UserName,
    GitCredential? Credential,
    ICredentialSource? Credentials,
    bool AllowPlainHttpCredentials,
    TimeSpan ConnectTimeout,
    IWebProxy? Proxy,
    RemoteCertificateValidationCallback? CertificateValidation,
    int? MaxPacks,
    bool FinishPush,
    ILogger? Logger,
    TimeProvider TimeProvider);
