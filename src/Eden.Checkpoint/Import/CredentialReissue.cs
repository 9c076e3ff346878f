namespace Eden.Checkpoint.Import;

/// <summary>Issues every worker a fresh credential (spec §8), several at a time, before any transaction is open.</summary>
internal static class CredentialReissue
{
    // Each hash works on four lanes side by side and takes 64 MiB while it lasts: more at once than there are cores for takes more memory, not less time.
    private const int LanesOfOne = 4;
    private const int MostAtOnce = 4;

    /// <summary>Issues credentials in the order of the workers.</summary>
    public static async Task<IReadOnlyList<WorkerCredential>> IssueAsync(
        IWorkerCredentialIssuer issuer, IReadOnlyList<string> workerIds, CancellationToken cancellationToken)
    {
        var credentials = new WorkerCredential[workerIds.Count];
        await Parallel.ForAsync(
            0,
            workerIds.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount / LanesOfOne, 1, MostAtOnce), CancellationToken = cancellationToken },
            async (index, token) =>
            {
                var credential = await issuer.IssueAsync(workerIds[index], token).ConfigureAwait(false);
                credentials[index] = credential?.WorkerId == workerIds[index]
                    ? credential : throw new InvalidOperationException($"The issuer returned no credential for {workerIds[index]}.");
            }).ConfigureAwait(false);
        return credentials;
    }
}
