namespace Eden.Checkpoint.Tests.Comparison;

/// <summary>A cross-reference check that accepts everything: for archives whose commits are made up.</summary>
internal sealed class AcceptingValidator : ICrossReferenceValidator
{
    public Task<CrossReferenceReport> ValidateAsync(
        RepoBundle bundle, CheckpointReferences references, CrossReferenceOptions? options = null, CancellationToken cancellationToken = default)
        => Task.FromResult(new CrossReferenceReport { Skipped = true });
}
