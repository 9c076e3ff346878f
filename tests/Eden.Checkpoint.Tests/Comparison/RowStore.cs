using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Eden.Checkpoint.Tests.Comparison;

/// <summary>A store that gives out rows as they are, in the order they are in.</summary>
internal sealed class RowStore(ComparedExperiment rows) : ICheckpointStore
{
    public int OpenSnapshots { get; private set; }

    public Task<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default)
    {
        OpenSnapshots++;
        return Task.FromResult<IStoreSnapshot>(new Snapshot(this, rows));
    }

    private sealed class Snapshot(RowStore store, ComparedExperiment rows) : IStoreSnapshot
    {
        private readonly byte[] _buffer = new byte[1 << 16];

        public DateTimeOffset TakenAt => rows.ExportedAt;

        public string ExperimentId => (string)JsonNode.Parse(rows.Experiment)!["experiment_id"]!;

        public ReadOnlyMemory<byte> Experiment => Encoding.UTF8.GetBytes(rows.Experiment);

        public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadRowsAsync(
            RegistryKind kind, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var row in rows[kind])
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();

                // One buffer for all rows: who keeps a row beyond the next one must see it change.
                if (Encoding.UTF8.GetByteCount(row) <= _buffer.Length)
                {
                    yield return _buffer.AsMemory(0, Encoding.UTF8.GetBytes(row, _buffer));
                }
                else
                {
                    yield return Encoding.UTF8.GetBytes(row);
                }
            }
        }

        public ValueTask DisposeAsync()
        {
            store.OpenSnapshots--;
            return ValueTask.CompletedTask;
        }
    }
}
