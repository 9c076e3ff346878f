using System.Net.Sockets;
using Eden.Checkpoint.Diagnostics;
using Eden.Shared;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Says why no connection came, with the cause in the message itself.</summary>
internal static class ConnectionFailure
{
    /// <summary>Whether the failure is to be explained: not a refusal of the server, which speaks for itself.</summary>
    public static bool IsOne(Exception failure) => failure is not (OperationCanceledException or PostgresException or ObjectDisposedException);

    /// <summary>Makes the exception to throw. Where TLS may be at fault, the server is asked once more what it is; nothing is sent to it by that.</summary>
    public static async Task<NpgsqlException> ExplainAsync(NpgsqlDataSource dataSource, Exception failure, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        var reason = settings.SslMode >= SslMode.Require && !CauseText.Chain(failure).Any(cause => cause is SocketException or TimeoutException or PostgresException)
            ? await TlsProbe.AskAsync(settings, cancellationToken).ConfigureAwait(false)
            : null;
        return new NpgsqlException(reason ?? $"The database cannot be connected to: {CauseText.Phrase(failure)}", failure);
    }
}
