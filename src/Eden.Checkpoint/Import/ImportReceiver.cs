using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Import;

/// <summary>What the receiving store holds, as everybody can see it.</summary>
/// <param name="ExperimentId">The experiment's id.</param>
/// <param name="ImportedFrom">Where it came from; <see langword="null"/> for a native one.</param>
internal sealed record ImportReceiver(string ExperimentId, ImportProvenance? ImportedFrom)
{
    /// <summary>Looks through a snapshot of the store.</summary>
    /// <returns><see langword="null"/> for a store without an experiment, or without a schema.</returns>
    /// <exception cref="ExperimentIdConflictException">The store holds something that is not one experiment's record.</exception>
    public static async Task<ImportReceiver?> FindAsync(ICheckpointStore store, CancellationToken cancellationToken)
    {
        try
        {
            var snapshot = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
            await using var closing = snapshot.ConfigureAwait(false);
            return new ImportReceiver(snapshot.ExperimentId, ImportProvenance.In(snapshot.Experiment));
        }
        catch (ExperimentNotFoundException)
        {
            return null;
        }
        catch (CheckpointInvalidException broken)
        {
            // Not the archive's fault: what the receiver holds is no fresh experiment.
            throw new ExperimentIdConflictException("The receiver's own experiment cannot be read as one record.", broken);
        }
    }
}
