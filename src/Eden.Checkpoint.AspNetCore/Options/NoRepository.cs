using Eden.Checkpoint.AspNetCore.Hosting;

namespace Eden.Checkpoint.AspNetCore.Options;

/// <summary>For an experiment whose host has no repository: the zero-byte placeholder.</summary>
internal sealed class NoRepository : IRepoBundleProvider
{
    public static readonly NoRepository Instance = new();

    public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default)
        => Task.FromResult(RepoBundle.Empty);
}
