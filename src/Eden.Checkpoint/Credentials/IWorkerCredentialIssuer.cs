namespace Eden.Checkpoint;

/// <summary>Makes the fresh credentials that every worker gets in an import (spec §8). Thread-safe: an import asks from several threads.</summary>
public interface IWorkerCredentialIssuer
{
    /// <summary>Makes a credential. Called once for each worker, before the import's transaction opens; a failed import discards what was made.</summary>
    /// <param name="workerId">The worker.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<WorkerCredential> IssueAsync(string workerId, CancellationToken cancellationToken = default);
}
