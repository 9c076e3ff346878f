using System.Runtime.CompilerServices;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>A store that lets a test step in at every stage of an import: "Begin", halfway through each registry by its name, "Experiment", "Commit", "Committed".</summary>
internal sealed class StagedStore(ICheckpointImportStore inner, Func<string, CancellationToken, Task> step) : ICheckpointImportStore
{
    public static readonly string[] Stages = ["Begin", .. Enum.GetNames<RegistryKind>(), "Experiment", "Commit"];

    public Task<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default) => inner.OpenSnapshotAsync(cancellationToken);

    public async Task<IStoreImport> BeginImportAsync(StoreImportRequest request, CancellationToken cancellationToken = default)
    {
        var import = await inner.BeginImportAsync(request, cancellationToken);
        try
        {
            await step("Begin", cancellationToken);
            return new StagedImport(import, step);
        }
        catch
        {
            await import.DisposeAsync();
            throw;
        }
    }

    private sealed class StagedImport(IStoreImport inner, Func<string, CancellationToken, Task> step) : IStoreImport
    {
        public string ExperimentId => inner.ExperimentId;

        public Task<long> WriteRowsAsync(RegistryKind kind, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, CancellationToken cancellationToken = default)
            => inner.WriteRowsAsync(kind, StepAsync(kind, rows, cancellationToken), cancellationToken);

        public Task<long> WriteWorkersAsync(
            IAsyncEnumerable<ReadOnlyMemory<byte>> rows, IReadOnlyDictionary<string, string> credentialHashes, CancellationToken cancellationToken = default)
            => inner.WriteWorkersAsync(StepAsync(RegistryKind.Workers, rows, cancellationToken), credentialHashes, cancellationToken);

        public async Task<IReadOnlyList<string>> WriteExperimentAsync(StoreExperiment experiment, CancellationToken cancellationToken = default)
        {
            await step("Experiment", cancellationToken);
            return await inner.WriteExperimentAsync(experiment, cancellationToken);
        }

        public async Task CommitAsync(CancellationToken cancellationToken = default)
        {
            await step("Commit", cancellationToken);
            await inner.CommitAsync(cancellationToken);
            await step("Committed", CancellationToken.None);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private async IAsyncEnumerable<ReadOnlyMemory<byte>> StepAsync(
            RegistryKind kind, IAsyncEnumerable<ReadOnlyMemory<byte>> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var count = 0;
            await foreach (var row in rows.WithCancellation(cancellationToken))
            {
                if (++count == 3)
                {
                    await step(kind.ToString(), cancellationToken);
                }

                yield return row;
            }
        }
    }
}
