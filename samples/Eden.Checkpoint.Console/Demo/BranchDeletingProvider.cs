namespace Eden.Checkpoint.ConsoleHost.Demo;

/// <summary>Stands for somebody who deletes a branch at the worst moment: after the snapshot, before the sync.</summary>
internal sealed class BranchDeletingProvider(IRepoBundleProvider inner, Action delete) : IRepoBundleProvider
{
    public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default)
    {
        delete();
        return inner.CreateBundleAsync(request, cancellationToken);
    }
}
