namespace Eden.Checkpoint;

/// <summary>Where an export reads the bytes of artifacts (spec §7).</summary>
/// <remarks>Implementations are thread-safe.</remarks>
public interface IArtifactSource
{
    /// <summary>Opens the bytes that a deployment-local URI names.</summary>
    /// <param name="uri">The URI as a row holds it: untrusted.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The bytes from their start; the caller disposes the stream. <see langword="null"/> when this source does not serve such URIs at all.</returns>
    /// <exception cref="CheckpointInvalidException">The source serves such URIs, and this one names no bytes or bytes that it must not give out.
    /// Reading throws it too, when the bytes are more than the source allows or not those that the URI promises.</exception>
    Task<Stream?> OpenAsync(string uri, CancellationToken cancellationToken = default);
}
