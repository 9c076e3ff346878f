namespace Eden.Checkpoint;

/// <summary>The cross-reference check of a bundle against the rows: one implementation for export and import.</summary>
/// <remarks>Chapter §12 of the checkpoint specification. Implementations are thread-safe.</remarks>
public interface ICrossReferenceValidator
{
    /// <summary>Checks that the bundle is whole and holds every branch and commit that the rows name.</summary>
    /// <param name="bundle">The bundle; the placeholder skips the check.</param>
    /// <param name="references">What the rows name.</param>
    /// <param name="options">Depth and limits; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Observed throughout.</param>
    /// <returns>Everything found. A damaged bundle is a finding too: only failed I/O and cancellation throw.</returns>
    Task<CrossReferenceReport> ValidateAsync(
        RepoBundle bundle,
        CheckpointReferences references,
        CrossReferenceOptions? options = null,
        CancellationToken cancellationToken = default);
}
