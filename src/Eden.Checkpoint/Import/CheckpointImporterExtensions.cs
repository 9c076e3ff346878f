using Eden.Checkpoint.Format.Archive;

namespace Eden.Checkpoint;

/// <summary>Imports archives that are files.</summary>
public static class CheckpointImporterExtensions
{
    /// <summary>Imports the archive in a file, as <see cref="ICheckpointImporter.ImportAsync"/> does a stream; the exceptions are the same, and these.</summary>
    /// <param name="importer">What imports.</param>
    /// <param name="archivePath">The file; it must not change meanwhile. A pipe or a device is read to its end.</param>
    /// <param name="options">Where to; <see langword="null"/> uses the defaults.</param>
    /// <param name="cancellationToken">Observed until the commit begins; from then on the import is finished, but for the push, which is given up.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="importer"/> or <paramref name="archivePath"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="archivePath"/> is empty, or a directory's.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<CheckpointImportResult> ImportAsync(
        this ICheckpointImporter importer, string archivePath, CheckpointImportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(importer);
        var archive = ArchiveFile.Open(archivePath, nameof(archivePath));
        await using (archive.ConfigureAwait(false))
        {
            return await importer.ImportAsync(archive, options, cancellationToken).ConfigureAwait(false);
        }
    }
}
