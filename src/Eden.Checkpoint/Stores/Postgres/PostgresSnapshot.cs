using System.Runtime.CompilerServices;
using Eden.Checkpoint.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>An open snapshot and the sessions that read from it.</summary>
internal sealed class PostgresSnapshot(
    SnapshotSessions sessions,
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
        await sessions.DisposeAsync().ConfigureAwait(false);
        Log.SnapshotEnded(logger, experimentId);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(RegistryQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var session = await sessions.RentAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var isComplete = false;
            await session.BeginReadAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var command = query.ToCommand(session.Connection);
                await using var disposingCommand = command.ConfigureAwait(false);
                var rows = await RegistryRows.OpenAsync(command, query, limits, cancellationToken).ConfigureAwait(false);
                await using var disposingRows = rows.ConfigureAwait(false);
                try
                {
                    while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        yield return rows.Current;
                    }

                    isComplete = true;
                    Log.RegistryRead(logger, experimentId, query.Member, rows.Count, rows.Bytes);
                }
                finally
                {
                    if (!isComplete)
                    {
                        Log.RegistryReadGivenUp(logger, experimentId, query.Member, rows.Count);
                    }
                }
            }
            finally
            {
                await session.EndReadAsync(isComplete).ConfigureAwait(false);
            }
        }
        finally
        {
            sessions.Return(session);
        }
    }
}
