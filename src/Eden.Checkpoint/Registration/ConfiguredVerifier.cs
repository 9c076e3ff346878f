namespace Eden.Checkpoint.Registration;

/// <summary>Verifies with the options of the configuration where a call has none of its own. Thread-safe.</summary>
internal sealed class ConfiguredVerifier(ICheckpointVerifier verifier, CheckpointVerificationOptions defaults) : ICheckpointVerifier
{
    public Task<CheckpointVerificationReport> VerifyAsync(Stream archive, CheckpointVerificationOptions? options = null, CancellationToken cancellationToken = default)
        => verifier.VerifyAsync(archive, options ?? defaults, cancellationToken);
}
