using Eden.Checkpoint.Format.Archive;

namespace Eden.Checkpoint;

/// <summary>Verifies archives that are files.</summary>
public static class CheckpointVerifierExtensions
{
    /// <summary>Verifies the archive in a file, as <see cref="ICheckpointVerifier.VerifyAsync"/> does a stream.</summary>
    /// <param name="verifier">What verifies.</param>
    /// <param name="archivePath">The file; it must not change meanwhile. A pipe or a device is read to its end.</param>
    /// <param name="options">Depth, limits and places; <see langword="null"/> uses the defaults.</param>
    /// <param name="cancellationToken">Observed at every read; temporary files are gone afterwards.</param>
    /// <returns>Everything found. An invalid archive is a report too.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="verifier"/> or <paramref name="archivePath"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="archivePath"/> is empty, or a directory's.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<CheckpointVerificationReport> VerifyAsync(
        this ICheckpointVerifier verifier, string archivePath, CheckpointVerificationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        var archive = ArchiveFile.Open(archivePath, nameof(archivePath));
        await using (archive.ConfigureAwait(false))
        {
            return await verifier.VerifyAsync(archive, options, cancellationToken).ConfigureAwait(false);
        }
    }
}
