using System.Runtime.CompilerServices;
using Eden.Checkpoint.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Eden.Checkpoint.Postgres;

/// <summary>One open read-only transaction and its connection.</summary>
internal sealed class PostgresSnapshot(
    NpgsqlConnection connection,
    NpgsqlTransaction transaction,
    DateTimeOffset takenAt,
    string experimentId,
    ReadOnlyMemory<byte> experiment,
    CheckpointLimits limits,
    ILogger logger) : IStoreSnapshot
{
    private bool _disposed;

    public DateTimeOffset TakenAt => takenAt;

    public string ExperimentId => experimentId;

    public ReadOnlyMemory<byte> Experiment => experiment;

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadRowsAsync(RegistryKind kind, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return ReadAsync(RegistryQuery.Of(kind), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;

        // Rolls back; a broken connection has no transaction left and is not put back into the pool.
        await transaction.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
        Log.SnapshotEnded(logger, experimentId);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(RegistryQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(query.Sql, connection, transaction);
        await using var disposingCommand = command.ConfigureAwait(false);
        var rows = await RegistryRows.OpenAsync(command, query, limits, cancellationToken).ConfigureAwait(false);
        await using var disposingRows = rows.ConfigureAwait(false);
        try
        {
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return rows.Current;
            }
        }
        finally
        {
            if (rows.IsEnded)
            {
                Log.RegistryRead(logger, experimentId, query.Member, rows.Count, rows.Bytes);
            }
            else
            {
                Log.RegistryReadGivenUp(logger, experimentId, query.Member, rows.Count);
            }
        }
    }
}
