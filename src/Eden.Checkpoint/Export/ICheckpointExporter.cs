namespace Eden.Checkpoint;

/// <summary>Writes one experiment as a checkpoint archive.</summary>
/// <remarks>
/// The order is fixed (spec §6, §12): the store is read in one snapshot; after the snapshot has ended the bundle is made, once; the
/// importer's own checks run on rows and bundle; only then is the first byte written. A failure before that leaves the destination untouched.
/// Thread-safe: each call opens its own snapshot and shares nothing with other calls but what the store and the bundle provider share.
/// </remarks>
public interface ICheckpointExporter
{
    /// <summary>Exports to a stream.</summary>
    /// <param name="destination">Writable, need not seek, left open, written asynchronously only. Untouched unless every check has passed;
    /// when writing itself fails it holds a truncated archive to discard.</param>
    /// <param name="options">Settings such as the experiment config, limits and progress; <see langword="null"/> uses the defaults.</param>
    /// <param name="cancellationToken">Observed at every wait. The snapshot is closed and temporary files are gone before the task ends.</param>
    /// <returns>The manifest as written, sizes, timings and warnings.</returns>
    /// <exception cref="CheckpointBadRequestException">An unrecognised <see cref="CheckpointExportOptions.FormatVersion"/>; nothing was read.</exception>
    /// <exception cref="ExperimentNotFoundException">The store holds no experiment, or not <see cref="CheckpointExportOptions.ExperimentId"/>.</exception>
    /// <exception cref="CheckpointInvalidException">The store holds rows that break the format: an archive of them could not be imported.</exception>
    /// <exception cref="CheckpointRepoUnavailableException">The bundle could not be made or does not hold what the rows name; retryable.</exception>
    Task<CheckpointExportResult> ExportAsync(
        Stream destination, CheckpointExportOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Exports to a file, which appears whole or not at all: written aside in the same directory, flushed to disk, renamed.</summary>
    /// <param name="archivePath">The file. One that exists is replaced, at the end; symbolic links are followed.</param>
    /// <param name="options">Settings such as the experiment config, limits and progress; <see langword="null"/> uses the defaults.</param>
    /// <param name="cancellationToken">Observed at every wait.</param>
    /// <returns>The manifest as written, sizes, timings and warnings.</returns>
    /// <exception cref="CheckpointBadRequestException">An unrecognised <see cref="CheckpointExportOptions.FormatVersion"/>; nothing was read.</exception>
    /// <exception cref="ExperimentNotFoundException">The store holds no experiment, or not <see cref="CheckpointExportOptions.ExperimentId"/>.</exception>
    /// <exception cref="CheckpointInvalidException">The store holds rows that break the format.</exception>
    /// <exception cref="CheckpointRepoUnavailableException">The bundle could not be made or does not hold what the rows name; retryable.</exception>
    /// <exception cref="ArgumentException">At the path is a directory, or a device, a pipe or a socket: open those as streams.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory to write into is not there.</exception>
    Task<CheckpointExportResult> ExportAsync(
        string archivePath, CheckpointExportOptions? options = null, CancellationToken cancellationToken = default);
}
