namespace Eden.Checkpoint.Verification;

/// <summary>Starts the pass over an archive's bundle that checks it against the rows.</summary>
internal interface IBundlePasses
{
    /// <summary>Starts a pass, usually while it is not known yet what the rows name.</summary>
    /// <param name="bundle">The bundle, which outlives the pass.</param>
    /// <param name="options">Depth, limits and places.</param>
    /// <param name="cancellationToken">Observed until the pass has ended.</param>
    IBundlePass Start(RepoBundle bundle, CrossReferenceOptions options, CancellationToken cancellationToken);
}
