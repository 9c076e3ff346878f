namespace Eden.Checkpoint;

/// <summary>Where automatic checkpoints are kept: a directory, an object store. Hosts may replace it.</summary>
/// <remarks>Implementations are thread-safe. Names are plain: letters, digits and <c>._-</c>.</remarks>
public interface ICheckpointDestination
{
    /// <summary>Writes one archive, which appears under its name whole or not at all.</summary>
    /// <param name="name">The archive's name.</param>
    /// <param name="write">Writes the bytes; when it fails or is cancelled nothing must appear.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task WriteAsync(string name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken = default);

    /// <summary>Lists what is there, foreign things included, in any order. What is still being written is not listed.</summary>
    /// <param name="cancellationToken">Cancels the listing.</param>
    IAsyncEnumerable<StoredCheckpoint> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Opens an archive for reading. The caller disposes the stream.</summary>
    /// <param name="name">A name from the listing.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="FileNotFoundException">There is no such archive.</exception>
    Task<Stream> OpenAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Deletes an archive. One that is gone already is no error.</summary>
    /// <param name="name">A name from the listing.</param>
    /// <param name="cancellationToken">Cancels the deletion.</param>
    Task DeleteAsync(string name, CancellationToken cancellationToken = default);
}
