using Eden.Checkpoint.Stores.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Eden.Checkpoint;

/// <summary>The tables of an EDEN store: schema version 9, as every deployment has them.</summary>
public static class PostgresCheckpointSchema
{
    // Any number that nobody else takes; the lock is per database.
    private const long LockKey = 0x6564_656E_0009;

    /// <summary>Gets the schema version that this library reads and makes.</summary>
    public static int Version => SchemaText.Version;

    /// <summary>Makes the schema in the first schema of the connection's search path when it is not there, in one transaction.
    /// A schema of this version that is there already is left alone.</summary>
    /// <param name="dataSource">Where to make it; the role needs the right to create tables.</param>
    /// <param name="cancellationToken">Cancels the call; nothing was made then.</param>
    /// <returns><see langword="true"/> when the schema was made, <see langword="false"/> when it was there.</returns>
    /// <remarks>Safe to call from several processes at once: the later ones wait for the first and find the schema there.</remarks>
    /// <exception cref="PostgresSchemaVersionException">There is a schema of another version; nothing was changed.</exception>
    /// <exception cref="PostgresSettingException">The schema is not there, and the database's encoding is not UTF-8 or it may only be read; or the data source writes text in another encoding.</exception>
    /// <exception cref="NpgsqlException">The server refused or could not be reached.</exception>
    public static async Task<bool> EnsureCreatedAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var (transaction, isMade) = await StoreTransaction.BeginAsync(
            dataSource,
            SessionKind.Schema,
            "",
            async (begun, token) => (begun, await TryCreateAsync(begun.Connection, token).ConfigureAwait(false)),
            NullLogger.Instance,
            cancellationToken).ConfigureAwait(false);
        await using var closing = transaction.ConfigureAwait(false);
        if (isMade)
        {
            await transaction.Transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        return isMade;
    }

    /// <summary>Reads the highest version of <c>schema_version</c>; <see langword="null"/> when it has no rows.</summary>
    internal static async Task<int?> FindVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = StoreStatement.Of("SELECT max(version) FROM schema_version", connection);
        await using var disposing = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is int version ? version : null;
    }

    private static async Task<bool> TryCreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Under the lock, and by a statement whose own snapshot is younger than the lock: what the other one made is seen.
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken).ConfigureAwait(false);
        if (await IsPresentAsync(connection, cancellationToken).ConfigureAwait(false))
        {
            var found = await FindVersionAsync(connection, cancellationToken).ConfigureAwait(false);
            return found == SchemaText.Version ? false : throw new PostgresSchemaVersionException(found);
        }

        SessionSettings.RequireUtf8(connection);
        await SessionSettings.RequireWritableAsync(connection, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, SchemaText.Create, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task<bool> IsPresentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = StoreStatement.Of("SELECT to_regclass('schema_version') IS NOT NULL", connection);
        await using var disposing = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = StoreStatement.Of(sql, connection);
        await using var disposing = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
