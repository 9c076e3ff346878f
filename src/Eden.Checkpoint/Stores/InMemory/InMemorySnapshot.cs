using System.Runtime.CompilerServices;

namespace Eden.Checkpoint.Stores.InMemory;

/// <summary>One state of an <see cref="InMemoryCheckpointStore"/>, with the instant at which it was the current one.</summary>
internal sealed class InMemorySnapshot(RowSet rows, DateTimeOffset takenAt) : IStoreSnapshot
{
    private const int RowsAtATime = 4096;
    private bool _disposed;

    public DateTimeOffset TakenAt => takenAt;

    public string ExperimentId => rows.ExperimentId;

    public ReadOnlyMemory<byte> Experiment => rows.Experiment;

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadRowsAsync(RegistryKind kind, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Enum.IsDefined(kind)
            ? ReadAsync(kind, cancellationToken)
            : throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such registry.");
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(RegistryKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var read = 0;
        foreach (var row in rows.Rows(kind))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_disposed, this);
            yield return row;
            if (++read % RowsAtATime == 0)
            {
                // Nothing here waits for anything; a host's thread is given back now and then.
                await Task.Yield();
            }
        }
    }
}
