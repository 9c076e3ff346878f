namespace Eden.Checkpoint;

/// <summary>Brings a checkpoint into an empty store: all of it or nothing (spec §8 to §11).</summary>
/// <remarks>Thread-safe. Of imports that race for one store exactly one wins; the others end with <see cref="ExperimentIdConflictException"/>.</remarks>
public interface ICheckpointImporter
{
    /// <summary>Reads and checks an archive, and imports it in one transaction.</summary>
    /// <param name="archive">The tar; read once from where it stands to its end, need not seek, left open.</param>
    /// <param name="options">Where to; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Observed until the commit begins; from then on the import is finished, but for the push, which is given up.</param>
    /// <returns>What was done. After the commit nothing throws: what then fails is told in the result.</returns>
    /// <exception cref="CheckpointBadRequestException">The archive has no bytes.</exception>
    /// <exception cref="CheckpointInvalidException">The archive breaks the format, or holds rows that the store or artifacts that the sink cannot take.</exception>
    /// <exception cref="UnsupportedCheckpointVersionException">The format version is not "1".</exception>
    /// <exception cref="SpecVersionMismatchException">The spec version is not "v0".</exception>
    /// <exception cref="ExperimentIdConflictException">The target is not empty, or another import won; or there is something at the repository's path that is neither an
    /// empty folder nor a clone of the remote of record.</exception>
    /// <exception cref="ExperimentIdMismatchException">The receiver's id is another than the one asked for or expected.</exception>
    /// <exception cref="ImportOutcomeUnknownException">The connection broke during the commit and the store does not answer.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    Task<CheckpointImportResult> ImportAsync(Stream archive, CheckpointImportOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Tells whether the store holds the import of a certain archive: the recovery probe (spec §10) of a caller that lost the answer.</summary>
    /// <param name="manifest">The archive's manifest; its source id and its instant are compared with the experiment's provenance.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What the store says of that import, which is less than its result: credentials, for one, were handed out then and must be reissued if they
    /// were lost. <see langword="null"/> when the store holds something else or nothing.</returns>
    /// <exception cref="ExperimentIdConflictException">The store holds something that is not one experiment's record.</exception>
    Task<PriorImport?> FindPriorImportAsync(CheckpointManifest manifest, CancellationToken cancellationToken = default);
}
