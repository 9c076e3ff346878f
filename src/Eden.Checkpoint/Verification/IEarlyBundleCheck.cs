namespace Eden.Checkpoint.Verification;

/// <summary>A cross-reference check that can begin with the bundle before it is known what the rows name. Disposing it stops what has begun.</summary>
internal interface IEarlyBundleCheck : ICrossReferenceValidator, IAsyncDisposable
{
    /// <summary>Begins; <see cref="ICrossReferenceValidator.ValidateAsync"/> with the same bundle follows, or the check is disposed.</summary>
    void Begin(RepoBundle bundle, CancellationToken cancellationToken);
}
