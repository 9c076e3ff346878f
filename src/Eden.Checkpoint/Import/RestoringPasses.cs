using Eden.Checkpoint.Repositories;
using Eden.Checkpoint.Verification;

namespace Eden.Checkpoint.Import;

/// <summary>The passes of an import that restores the repository, each of which begins to read the bundle at once.</summary>
internal sealed class RestoringPasses(RepositoryPlacement repository) : IBundlePasses
{
    public IBundlePass Start(RepoBundle bundle, CrossReferenceOptions options, CancellationToken cancellationToken)
        => new RestoringBundlePass(repository, bundle, options, cancellationToken);
}
