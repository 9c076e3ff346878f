using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Makes the statements of a snapshot, an import or the schema. They take as long as the rows take.</summary>
internal static class StoreStatement
{
    /// <summary>Makes a statement that no time limit of the connection string ends, which is 30 seconds where nobody has set it. The server's are switched off, too.</summary>
    /// <param name="sql">Made of constants and of what the server itself has named.</param>
    /// <param name="connection">The connection.</param>
    public static NpgsqlCommand Of(string sql, NpgsqlConnection connection)
#pragma warning disable CA2100 // No text of a caller is in it.
        => new(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100

    /// <summary>Begins to write rows, under the same rule: the server checks what the last of them refers to before it answers.</summary>
    public static async Task<NpgsqlRawCopyStream> BeginCopyAsync(string sql, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var copy = await connection.BeginRawBinaryCopyAsync(sql, cancellationToken).ConfigureAwait(false);
        copy.ReadTimeout = Timeout.Infinite;
        copy.WriteTimeout = Timeout.Infinite;
        return copy;
    }
}
