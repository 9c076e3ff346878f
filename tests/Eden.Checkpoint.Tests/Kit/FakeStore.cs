using System.Runtime.CompilerServices;
using System.Text;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A store of fixed rows that tells when its snapshot is opened, read and ended.</summary>
internal sealed class FakeStore(string experiment, IReadOnlyDictionary<RegistryKind, string[]> rows, Action<string>? told = null) : ICheckpointStore
{
    public const string ExperimentId = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";

    public static readonly DateTimeOffset TakenAt = new(2026, 5, 1, 12, 0, 0, 123, 456, TimeSpan.Zero);

    public int OpenSnapshots { get; private set; }

    /// <summary>Gets a store with one idea and one variant that name the given commit, and nothing else.</summary>
    public static FakeStore WithOneVariant(string commit, Action<string>? told = null) => new(
        $$"""{"experiment_id":"{{ExperimentId}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""",
        new Dictionary<RegistryKind, string[]>
        {
            [RegistryKind.Ideas] =
            [
                $$"""{"idea_id":"idea-1","experiment_id":"{{ExperimentId}}","slug":"first","priority":1,"parent_commits":["{{commit}}"],"artifacts_uri":"eden://artifacts/a","state":"ready","created_at":"2026-05-01T00:00:00Z"}""",
            ],
            [RegistryKind.Variants] =
            [
                $$"""{"variant_id":"variant-1","experiment_id":"{{ExperimentId}}","idea_id":"idea-1","status":"success","parent_commits":["{{commit}}"],"branch":"work/first","commit_sha":"{{commit}}","started_at":"2026-05-01T00:00:00Z"}""",
            ],
        },
        told);

    /// <summary>Gets a store that holds an experiment and no rows.</summary>
    public static FakeStore WithoutRows(Action<string>? told = null) => new(
        $$"""{"experiment_id":"{{ExperimentId}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""",
        new Dictionary<RegistryKind, string[]>(),
        told);

    public Task<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        OpenSnapshots++;
        told?.Invoke("snapshot opened");
        return Task.FromResult<IStoreSnapshot>(new Snapshot(this, experiment, rows, told));
    }

    private sealed class Snapshot(
        FakeStore store, string experiment, IReadOnlyDictionary<RegistryKind, string[]> rows, Action<string>? told) : IStoreSnapshot
    {
        public DateTimeOffset TakenAt => FakeStore.TakenAt;

        public string ExperimentId => FakeStore.ExperimentId;

        public ReadOnlyMemory<byte> Experiment { get; } = Encoding.UTF8.GetBytes(experiment);

        public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadRowsAsync(
            RegistryKind kind, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            told?.Invoke($"{kind} read");
            foreach (var row in rows.GetValueOrDefault(kind) ?? [])
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                yield return Encoding.UTF8.GetBytes(row);
            }
        }

        public ValueTask DisposeAsync()
        {
            store.OpenSnapshots--;
            told?.Invoke("snapshot ended");
            return ValueTask.CompletedTask;
        }
    }
}
