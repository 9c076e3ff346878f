using System.Net;
using System.Net.Security;
using Microsoft.Extensions.Logging;

namespace Eden.Git.Remotes;

/// <summary>Options of a connection to a remote over HTTP(S).</summary>
/// <param name="Credentials">Where the credential comes from.</param>
/// <param name="AllowPlainHttpCredentials">Whether a credential may be sent over plain HTTP to another machine.</param>
/// <param name="ConnectTimeout">How long connecting may take.</param>
/// <param name="Proxy">The proxy.</param>
/// <param name="CertificateValidation">What decides about the server's certificate instead of the system.</param>
/// <param name="Logger">Where messages go.</param>
/// <param name="TimeProvider">The clock.</param>
internal sealed record RemoteConnection(
    ICredentialSource? Credentials,
    bool AllowPlainHttpCredentials,
    TimeSpan ConnectTimeout,
    IWebProxy? Proxy,
    RemoteCertificateValidationCallback? CertificateValidation,
    ILogger? Logger,
    TimeProvider TimeProvider);
