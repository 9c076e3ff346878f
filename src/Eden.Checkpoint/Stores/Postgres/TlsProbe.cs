using System.Buffers.Binary;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Eden.Checkpoint.Diagnostics;
using Eden.Shared;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Finds out why a TLS connection to a server was not made: the driver refuses a certificate without saying why. Ends every connection
/// before anything of ours is sent.</summary>
internal static class TlsProbe
{
    private const int SslRequestCode = 80877103;
    private const int MostHosts = 4;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Returns what is wrong with TLS; <see langword="null"/> when nothing is found.</summary>
    public static async Task<string?> AskAsync(NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        var reasons = new List<string>();
        foreach (var (host, port) in Hosts(settings).Take(MostHosts))
        {
            try
            {
                if (await AskAsync(settings, host, port, patience.Token).ConfigureAwait(false) is { } reason)
                {
                    reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{host}:{port} {reason}"));
                }
            }
            catch (Exception failure) when (failure is SocketException or IOException or CryptographicException or ArgumentException
                || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // What the first attempt met is still known, and is told.
            }
        }

        return reasons.Count == 0 ? null : $"There is no TLS connection to the database: {string.Join("; ", reasons)}.";
    }

    /// <summary>Takes the list of hosts apart, as the driver does. Folders of sockets have no TLS.</summary>
    private static IEnumerable<(string Host, int Port)> Hosts(NpgsqlConnectionStringBuilder settings)
    {
        foreach (var entry in (settings.Host ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (entry[0] is '/' or '@')
            {
                continue;
            }

            var colon = entry.LastIndexOf(':');
            var hasPort = colon > 0 && (entry[colon - 1] == ']' || entry.IndexOf(':', StringComparison.Ordinal) == colon);
            var port = settings.Port;
            if (!hasPort || int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            {
                yield return ((hasPort ? entry[..colon] : entry).Trim('[', ']'), port);
            }
        }
    }

    private static async Task<string?> AskAsync(NpgsqlConnectionStringBuilder settings, string host, int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
        var stream = client.GetStream();
        if (settings.SslNegotiation != SslNegotiation.Direct && await RefuseAsync(stream, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        string? finding = null;
        var hasShown = false;
        var tls = new SslStream(stream);
        await using var closing = tls.ConfigureAwait(false);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    CertificateRevocationCheckMode = settings.CheckCertificateRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
                    ApplicationProtocols = [new SslApplicationProtocol("postgresql")],
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        hasShown = true;
                        finding = certificate is X509Certificate2 shown && chain is not null
                            ? ServerCertificateFault.Find(settings, host, shown, chain, errors)
                            : "shows no certificate";
                        return false;
                    },
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            // The handshake always ends here: the certificate was looked at, or the other side does not speak TLS as we do.
            return finding ?? (hasShown ? null : $"does not speak TLS as it is asked for ({CauseText.Phrase(failure)})");
        }

        return finding;
    }

    /// <summary>Asks whether the server does TLS at all, as every client of PostgreSQL does first.</summary>
    private static async Task<string?> RefuseAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var message = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), SslRequestCode);
        await stream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        var count = await stream.ReadAsync(message.AsMemory(0, 1), cancellationToken).ConfigureAwait(false);
        return count == 0
            ? "closes the connection when it is asked for TLS"
            : (char)message[0] switch
            {
                'S' => null,
                'N' => "does not do TLS, which the connection's SSL mode asks for",
                _ => "is no PostgreSQL server",
            };
    }
}
