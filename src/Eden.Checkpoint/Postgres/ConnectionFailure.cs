using System.Net.Sockets;
using Npgsql;

namespace Eden.Checkpoint.Postgres;

/// <summary>Says why no connection came, with the cause in the message itself.</summary>
internal static class ConnectionFailure
{
    /// <summary>Whether the failure is to be explained: not a refusal of the server, which speaks for itself.</summary>
    public static bool IsOne(Exception failure) => failure is not (OperationCanceledException or PostgresException or ObjectDisposedException);

    /// <summary>Makes the exception to throw. Where TLS may be at fault, the server is asked once more what it is; nothing is sent to it by that.</summary>
    public static async Task<NpgsqlException> ExplainAsync(NpgsqlDataSource dataSource, Exception failure, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        var reason = settings.SslMode >= SslMode.Require && !Chain(failure).Any(cause => cause is SocketException or TimeoutException or PostgresException)
            ? await TlsProbe.AskAsync(settings, cancellationToken).ConfigureAwait(false)
            : null;
        return new NpgsqlException(reason ?? $"The database cannot be connected to: {Describe(failure)}", failure);
    }

    /// <summary>Puts the messages of a failure and its causes into one.</summary>
    internal static string Describe(Exception failure)
    {
        var parts = new List<string>();
        foreach (var message in Chain(failure).Select(cause => cause.Message.Trim().TrimEnd('.')))
        {
            // A message that sends the reader to the next one says nothing itself.
            if (message.Length > 0 && !message.Contains("inner exception", StringComparison.OrdinalIgnoreCase)
                && !parts.Exists(part => part.Contains(message, StringComparison.Ordinal)))
            {
                parts.Add(message);
            }
        }

        return parts.Count == 0 ? failure.GetType().Name : string.Join(": ", parts);
    }

    // An aggregate is what is in it: one failure for each host.
    private static IEnumerable<Exception> Chain(Exception failure)
    {
        if (failure is AggregateException aggregate)
        {
            return aggregate.InnerExceptions.SelectMany(Chain);
        }

        return failure.InnerException is { } cause ? Chain(cause).Prepend(failure) : [failure];
    }
}
