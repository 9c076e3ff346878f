namespace Eden.Checkpoint;

/// <summary>Where an import puts the bytes of artifacts (spec §7).</summary>
/// <remarks>Implementations are thread-safe. Storing the same bytes again gives the same URI, so that an import can be repeated.
/// An import asks for nothing to be taken back: it stores before its transaction, and bytes that no row names in the end are harmless.</remarks>
public interface IArtifactSink
{
    /// <summary>Stores an artifact and returns once it will survive.</summary>
    /// <param name="sha256">The SHA-256 of the bytes, 64 lowercase hex digits.</param>
    /// <param name="content">The bytes from the stream's position to its end; need not seek, left open.</param>
    /// <param name="cancellationToken">Cancels the storing; nothing is left of it.</param>
    /// <returns>The deployment-local URI that the rows are to hold: one with a scheme (RFC 3986), and not <c>checkpoint:</c>.</returns>
    /// <exception cref="ArgumentException"><paramref name="sha256"/> is no such text.</exception>
    /// <exception cref="CheckpointInvalidException">The bytes have another hash, or are more than the sink allows. Nothing is stored.</exception>
    Task<string> StoreAsync(string sha256, Stream content, CancellationToken cancellationToken = default);
}
