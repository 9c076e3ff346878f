using System.Net;
using System.Net.Security;
using Eden.Git.Remotes;
using Microsoft.Extensions.Logging;

namespace Eden.Git;

/// <summary>Options of <see cref="LocalClone"/>: credentials, connection, limits. Immutable.</summary>
public sealed record LocalCloneOptions
{
    /// <summary>Gets where the credential of an HTTP(S) remote comes from; <see langword="null"/> for an open remote. It wins over a password in the URL.</summary>
    public ICredentialSource? Credentials { get; init; }

    /// <summary>Gets a value indicating whether a credential may be sent over plain <c>http://</c> to a host other than this machine.</summary>
    /// <value>True by default, as in git: a remote inside a private network often has no TLS. A warning is logged. False makes the sync fail instead.</value>
    public bool AllowPlainHttpCredentials { get; init; } = true;

    /// <summary>Gets how long a sync may take in all, waiting for another sync of the same clone included.</summary>
    /// <value>More than zero, up to seven days; one hour by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public TimeSpan Timeout
    {
        get;
        init => field = value > TimeSpan.Zero && value <= TimeSpan.FromDays(7)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A sync may take up to seven days.");
    } = TimeSpan.FromHours(1);

    /// <summary>Gets how long connecting to an HTTP(S) remote may take.</summary>
    /// <value>More than zero, up to an hour; 30 seconds by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public TimeSpan ConnectTimeout
    {
        get;
        init => field = value > TimeSpan.Zero && value <= TimeSpan.FromHours(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Connecting may take up to an hour.");
    } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how many packs the clone may have. Each sync that brings something adds one; the sync after which there are more makes one of all
    /// that are not marked to be kept, which needs room for a second copy for a while.</summary>
    /// <value>1 to 1,000,000; 50 by default, as in git; <see langword="null"/> to leave that to somebody else.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int? MaxPacks
    {
        get;
        init => field = value is null or (>= 1 and <= 1_000_000)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A clone may have 1 to 1,000,000 packs.");
    } = 50;

    /// <summary>Gets a value indicating whether a sync first finishes the push that an import left unfinished at the clone's path, as far as nothing of the remote's own has to give way.</summary>
    /// <value>False by default: the sync then fails and says how to finish it. A server sets it, so that a receiver whose git host was down goes on by itself.</value>
    public bool FinishPush { get; init; }

    /// <summary>Gets the proxy for HTTP(S); <see langword="null"/> for a direct connection. Neither git's configuration nor the environment is asked.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>Gets what decides about a server's certificate instead of the system; <see langword="null"/>, the default, for the system's validation.</summary>
    public RemoteCertificateValidationCallback? CertificateValidation { get; init; }

    /// <summary>Gets where progress is reported, in git objects, if anywhere.</summary>
    public IProgress<GitProgress>? Progress { get; init; }

    /// <summary>Gets where messages go, never with credentials; <see langword="null"/> for nowhere.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Gets the clock of timeouts and waiting.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public TimeProvider TimeProvider
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = TimeProvider.System;

    /// <summary>Gets the defaults.</summary>
    public static LocalCloneOptions Default { get; } = new();

    /// <summary>Gets what of this concerns the connection.</summary>
    internal RemoteConnection Connection => new(Credentials, AllowPlainHttpCredentials, ConnectTimeout, Proxy, CertificateValidation, Logger, TimeProvider);
}
