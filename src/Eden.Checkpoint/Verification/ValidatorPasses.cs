namespace Eden.Checkpoint.Verification;

/// <summary>Passes that ask a validator. It wants the references together with the bundle, so nothing goes on before they are known.</summary>
internal sealed class ValidatorPasses(ICrossReferenceValidator validator) : IBundlePasses
{
    public IBundlePass Start(RepoBundle bundle, CrossReferenceOptions options, CancellationToken cancellationToken)
        => new Pass(validator, bundle, options, cancellationToken);

    private sealed class Pass(ICrossReferenceValidator validator, RepoBundle bundle, CrossReferenceOptions options, CancellationToken cancellationToken) : IBundlePass
    {
        public Task<CrossReferenceReport> CompleteAsync(CheckpointReferences references)
            => validator.ValidateAsync(bundle, references, options, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
