using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>The sessions that share one snapshot: the first one, which fixed it, and others that are opened when several registries are read side by side.</summary>
/// <param name="dataSource">Where further sessions come from.</param>
/// <param name="first">The session that fixed the snapshot.</param>
/// <param name="exported">The snapshot for further sessions; <see langword="null"/> when there may be none.</param>
/// <param name="limit">How many there may be.</param>
/// <param name="logger">Is told of broken connections.</param>
internal sealed class SnapshotSessions(NpgsqlDataSource dataSource, SnapshotSession first, ExportedSnapshot? exported, int limit, ILogger logger) : IAsyncDisposable
{
    private readonly ConcurrentStack<SnapshotSession> _idle = new([first]);
    private readonly ConcurrentQueue<SnapshotSession> _further = new();
    private int _reading;

    /// <exception cref="InvalidOperationException">As many registries as allowed are being read.</exception>
    public async ValueTask<SnapshotSession> RentAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _reading) > limit)
        {
            Interlocked.Decrement(ref _reading);
            throw new InvalidOperationException(
                limit == 1 ? "A snapshot reads one registry at a time." : $"A snapshot with {limit} connections reads {limit} registries at a time.");
        }

        try
        {
            if (_idle.TryPop(out var session))
            {
                return session;
            }

            session = await SnapshotSession.OpenAsync(dataSource, exported!, logger, cancellationToken).ConfigureAwait(false);
            _further.Enqueue(session);
            return session;
        }
        catch
        {
            Interlocked.Decrement(ref _reading);
            throw;
        }
    }

    public void Return(SnapshotSession session)
    {
        _idle.Push(session);
        Interlocked.Decrement(ref _reading);
    }

    public async ValueTask DisposeAsync()
    {
        // The first one last: the others' snapshot is its.
        while (_further.TryDequeue(out var session))
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }

        await first.DisposeAsync().ConfigureAwait(false);
    }
}
