using System.Text;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Pins the settings that our statements depend on, for one transaction: a role, a database, the environment or a connection string may
/// have set them to anything, and the connection goes back to its pool as it was.</summary>
internal static class SessionSettings
{
    private const string ServerEncoding = "server_encoding";
    private const string Utf8 = "UTF8";
    private const string SqlAscii = "SQL_ASCII";

    /// <summary>The first version of PostgreSQL that has <c>transaction_timeout</c>.</summary>
    private const int TransactionTimeoutSince = 17;

    /// <summary>Returns the statements. None of them takes a snapshot.</summary>
    public static string Pin(NpgsqlConnection connection, SessionKind kind)
    {
        var sql = new StringBuilder(kind.IsReadOnly ? "SET TRANSACTION READ ONLY; " : "")

            // Text goes over the wire in the client's encoding, and we read and write UTF-8. A server that converts nothing refuses what is not UTF-8
            // without saying in which row; the check of rows says it.
            .Append("SET LOCAL client_encoding = ").Append(IsUnconverted(connection) ? SqlAscii : Utf8)

            // A role under row-level security would see some of the rows. Without this setting the server leaves the others out, with it the server refuses.
            .Append("; SET LOCAL row_security = off")

            // What protects a server against sessions that people forget would end a long backup.
            .Append("; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0");
        if (connection.PostgreSqlVersion.Major >= TransactionTimeoutSince)
        {
            sql.Append("; SET LOCAL transaction_timeout = 0");
        }

        return sql.ToString();
    }

    /// <summary>Refuses a database that cannot hold every text of an archive.</summary>
    /// <exception cref="PostgresSettingException">Its encoding is another than UTF-8.</exception>
    public static void RequireUtf8(NpgsqlConnection connection)
    {
        if (EncodingOf(connection) is var encoding && encoding != Utf8)
        {
            throw new PostgresSettingException(
                ServerEncoding, encoding, $"The database's encoding is {encoding}, which cannot hold every text of an archive. An import needs a database made with ENCODING 'UTF8' (TEMPLATE template0).");
        }
    }

    /// <summary>Refuses a data source that reads and writes text in another encoding than UTF-8 on this side of the connection, which no statement changes.</summary>
    /// <exception cref="PostgresSettingException">It does.</exception>
    public static void RequireUtf8(NpgsqlDataSource dataSource)
    {
        const string setting = "Encoding";
        var name = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString).Encoding;
        if (!IsUtf8(name))
        {
            throw new PostgresSettingException(setting, name, $"The connection string says {setting}={name}. Checkpoints are UTF-8: leave that setting out.");
        }
    }

    /// <summary>Refuses a session that may only read. Takes no snapshot.</summary>
    /// <exception cref="PostgresSettingException">The role or the database says so, or the server is a standby.</exception>
    public static async Task RequireWritableAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string byDefault = "default_transaction_read_only";
        const string standby = "in_hot_standby";
        const string on = "on";
        var command = StoreStatement.Of("SHOW transaction_read_only", connection);
        await using var disposing = command.ConfigureAwait(false);
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is on)
        {
            throw connection.PostgresParameters.GetValueOrDefault(standby) == on
                ? new PostgresSettingException(standby, on, "The server is a standby, which takes no import. Nothing was written.")
                : new PostgresSettingException(byDefault, on, $"The database is read-only for this role ({byDefault} is on), and an import does not switch that off. Nothing was written.");
        }
    }

    /// <summary>Returns whether the order of texts by the bytes of the database is another than that by the bytes of UTF-8.</summary>
    public static bool OrdersOtherwise(NpgsqlConnection connection) => EncodingOf(connection) is not (Utf8 or SqlAscii);

    private static bool IsUnconverted(NpgsqlConnection connection) => EncodingOf(connection) == SqlAscii;

    /// <summary>Every PostgreSQL reports its encoding; of an engine that does not, we know nothing else than what it takes.</summary>
    private static string EncodingOf(NpgsqlConnection connection) => connection.PostgresParameters.GetValueOrDefault(ServerEncoding, Utf8);

    private static bool IsUtf8(string name)
    {
        // What the driver calls it, which is no name that .NET knows.
        if (name == Utf8)
        {
            return true;
        }

        try
        {
            return Encoding.GetEncoding(name).CodePage == Encoding.UTF8.CodePage;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
