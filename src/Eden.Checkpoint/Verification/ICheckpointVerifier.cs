namespace Eden.Checkpoint;

/// <summary>Verifies a whole archive without importing it: everything an import would refuse, found beforehand.</summary>
/// <remarks>Implementations are thread-safe: each call works in a private temporary directory of its own.</remarks>
public interface ICheckpointVerifier
{
    /// <summary>Reads an archive once, forward only, and checks it in the order: tar, root, versions, manifest, files, rows, keys, cross-references.</summary>
    /// <param name="archive">The tar; readable, need not seek, read asynchronously from its position to its end, left open.</param>
    /// <param name="options">Depth, limits and places; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Observed at every read; temporary files are gone afterwards.</param>
    /// <returns>Everything found. An invalid archive and one of another version are reports too: only failed I/O and cancellation throw.</returns>
    Task<CheckpointVerificationReport> VerifyAsync(
        Stream archive, CheckpointVerificationOptions? options = null, CancellationToken cancellationToken = default);
}
