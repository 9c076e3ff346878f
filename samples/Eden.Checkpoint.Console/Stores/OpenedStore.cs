using Npgsql;

namespace Eden.Checkpoint.ConsoleHost.Stores;

/// <summary>A store and the connections behind it, which end when it is disposed.</summary>
internal sealed class OpenedStore(ICheckpointStore store, NpgsqlDataSource? source) : IAsyncDisposable
{
    public ICheckpointStore Store { get; } = store;

    public async ValueTask DisposeAsync()
    {
        if (source is not null)
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }
}
