using Npgsql;

namespace Eden.Checkpoint.ConsoleHost.Stores;

/// <summary>Reads the value of <c>--store</c>: a folder, a PostgreSQL URL or an Npgsql connection string. Nothing in it is ever printed.</summary>
internal static class StoreAddress
{
    private const string DirectoryPrefix = "dir:";

    /// <summary>Whether a text names a store rather than a file.</summary>
    public static bool IsOne(string text)
        => text.StartsWith(DirectoryPrefix, StringComparison.OrdinalIgnoreCase) || PostgresUrl.IsOne(text) || text.Contains('=', StringComparison.Ordinal);

    /// <summary>Opens the store; nothing is contacted yet.</summary>
    /// <param name="address">The address.</param>
    /// <param name="experimentId">The experiment that the database is for; <see langword="null"/> for whichever it holds.</param>
    /// <param name="limits">The limits that a folder's rows are read under; <see langword="null"/> for the defaults.</param>
    /// <exception cref="UsageException">The address cannot be understood.</exception>
    public static OpenedStore Open(string address, string? experimentId = null, CheckpointLimits? limits = null)
    {
        if (address.StartsWith(DirectoryPrefix, StringComparison.OrdinalIgnoreCase))
        {
            var path = address[DirectoryPrefix.Length..];
            return path.Length == 0
                ? throw new UsageException("--store dir: needs a path after the colon.")
                : new OpenedStore(new DirectoryCheckpointStore(path, limits), null);
        }

        var source = PostgresSource.Create(ToSettings(address));
        return new OpenedStore(new PostgresCheckpointStore(source, new PostgresCheckpointStoreOptions { ExperimentId = experimentId }), source);
    }

    /// <summary>Turns a URL or a connection string into settings of the driver.</summary>
    /// <exception cref="UsageException">The address cannot be understood.</exception>
    public static NpgsqlConnectionStringBuilder ToSettings(string address)
        => PostgresUrl.IsOne(address) ? PostgresUrl.Parse(address) : ParseConnectionString(address);

    private static NpgsqlConnectionStringBuilder ParseConnectionString(string text)
    {
        if (!text.Contains('=', StringComparison.Ordinal))
        {
            throw new UsageException("--store is neither a postgresql:// URL, nor an Npgsql connection string, nor dir:PATH.");
        }

        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text);
            return string.IsNullOrWhiteSpace(builder.Host)
                ? throw new UsageException("The connection string given to --store names no host.")
                : builder;
        }
        catch (Exception exception) when (
            exception is ArgumentException or FormatException or OverflowException or KeyNotFoundException or NotSupportedException or InvalidCastException)
        {
            // The driver's message may quote the value at fault, and the value may be the password.
            throw new UsageException("The connection string given to --store is not one that Npgsql understands.");
        }
    }
}
