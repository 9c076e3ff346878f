namespace Eden.Checkpoint.Verification;

/// <summary>A pass over a bundle that is at work. Disposing it stops it, and returns once it no longer reads the bundle.</summary>
internal interface IBundlePass : IAsyncDisposable
{
    /// <summary>Tells the pass what the rows name, and waits for what it finds. Called at most once.</summary>
    Task<CrossReferenceReport> CompleteAsync(CheckpointReferences references);
}
