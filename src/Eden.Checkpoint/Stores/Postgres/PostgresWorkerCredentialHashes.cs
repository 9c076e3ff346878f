using Eden.Checkpoint.Stores.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Eden.Checkpoint;

/// <summary>Reads workers' hashes from the table <c>worker</c> of an EDEN store.</summary>
/// <remarks>Thread-safe. Its role needs <c>SELECT (worker_id, credential_hash)</c> on that table, which an exporter's does not have: give it a data
/// source of its own where the two are apart.</remarks>
public sealed class PostgresWorkerCredentialHashes : IWorkerCredentialHashes
{
    private readonly NpgsqlDataSource _dataSource;

    /// <summary>Creates a source over a database. Nothing is connected to before the first look-up.</summary>
    /// <param name="dataSource">The database; not disposed here.</param>
    public PostgresWorkerCredentialHashes(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
    }

    /// <inheritdoc/>
    /// <exception cref="PostgresSettingException">The data source reads text in another encoding than UTF-8.</exception>
    /// <exception cref="NpgsqlException">The server refused or could not be reached.</exception>
    public async Task<string?> FindAsync(string workerId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(workerId);
        var (transaction, hash) = await StoreTransaction.BeginAsync(
            _dataSource,
            SessionKind.LookUp,
            "",
            async (begun, token) => (begun, await FindAsync(begun.Connection, workerId, token).ConfigureAwait(false)),
            NullLogger.Instance,
            cancellationToken).ConfigureAwait(false);
        await transaction.DisposeAsync().ConfigureAwait(false);
        return hash;
    }

    private static async Task<string?> FindAsync(NpgsqlConnection connection, string workerId, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT credential_hash FROM worker WHERE worker_id = $1", connection);
        await using var disposing = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = workerId });
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // A receiver before its first import has no schema, so nobody is registered.
            return null;
        }
    }
}
