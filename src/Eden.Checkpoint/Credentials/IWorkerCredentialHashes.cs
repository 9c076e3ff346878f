namespace Eden.Checkpoint;

/// <summary>Looks up what a store keeps of a worker's credential: its argon2id hash, never the token. Hosts may replace it.</summary>
/// <remarks>Implementations are thread-safe. They read what checkpoints must not carry, so they may need a role with more rights than an exporter's.</remarks>
public interface IWorkerCredentialHashes
{
    /// <summary>Finds a worker's hash.</summary>
    /// <param name="workerId">A <c>wkr_</c> id.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <returns>The PHC string, as the store has it; <see langword="null"/> when no such worker is registered.</returns>
    Task<string?> FindAsync(string workerId, CancellationToken cancellationToken = default);
}
