using System.Text;
using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Repositories;
using Eden.Shared;

namespace Eden.Checkpoint.Import;

/// <summary>Whether the receiver takes an import, and under which id.</summary>
/// <param name="store">The receiver.</param>
/// <param name="repository">The place of the repository; <see langword="null"/> when none is restored.</param>
/// <param name="options">The ids that the caller named.</param>
internal sealed class ImportAdmission(ICheckpointImportStore store, RepositoryPlacement? repository, CheckpointImportOptions options)
{
    /// <summary>Compares the ids that the caller named with the receiver's, before the upload is read.</summary>
    /// <exception cref="ExperimentIdMismatchException">They are not the same.</exception>
    public async Task CheckIdsAsync(CancellationToken cancellationToken)
    {
        if (options.AsExperimentId is null && options.ExpectedExperimentId is null)
        {
            return;
        }

        var receiver = await ImportReceiver.FindAsync(store, cancellationToken).ConfigureAwait(false);
        var own = receiver?.ExperimentId ?? store.ExperimentId;
        if (own is not null && options.AsExperimentId is { } asked && asked != own)
        {
            throw new ExperimentIdMismatchException($"The receiver is the experiment {own}; it cannot take one as {asked}.");
        }

        // A receiver without any id gets a fresh one, which nobody can expect.
        CheckExpected(own ?? options.AsExperimentId ?? "a fresh id");
    }

    /// <summary>Looks whether the target takes an import at all.</summary>
    /// <exception cref="ExperimentIdConflictException">It does not.</exception>
    public async Task RefuseTakenAsync(CheckpointManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            var target = await BeginAsync(manifest, cancellationToken).ConfigureAwait(false);
            await target.DisposeAsync().ConfigureAwait(false);
        }
        catch (StoreContentionException)
        {
            // No answer; the import itself asks again, as often as it may.
        }
    }

    /// <summary>Begins the transaction, under the id that the caller expects.</summary>
    /// <exception cref="ExperimentIdMismatchException">The experiment would land under another id.</exception>
    /// <exception cref="ExperimentIdConflictException">The target takes no import; when it holds this same archive, the message says so.</exception>
    /// <exception cref="StoreContentionException">Others are at work in the target.</exception>
    public async Task<IStoreImport> AdmitAsync(CheckpointManifest manifest, CancellationToken cancellationToken)
    {
        var target = await BeginAsync(manifest, cancellationToken).ConfigureAwait(false);
        try
        {
            CheckExpected(target.ExperimentId);
            return target;
        }
        catch
        {
            await target.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void CheckExpected(string resulting)
    {
        if (options.ExpectedExperimentId is { } expected && expected != resulting)
        {
            throw new ExperimentIdMismatchException($"The experiment would land under {resulting}; the caller expects {expected}.");
        }
    }

    private async Task<IStoreImport> BeginAsync(CheckpointManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            var target = await store.BeginImportAsync(new StoreImportRequest(manifest, options.AsExperimentId), cancellationToken).ConfigureAwait(false);
            if (RecordGrammar.IsExperimentId(Encoding.UTF8.GetBytes(target.ExperimentId)))
            {
                return target;
            }

            // Every row would carry it, and no export of them could be imported.
            await target.DisposeAsync().ConfigureAwait(false);
            throw new ExperimentIdConflictException($"The receiver's own id '{ShortText.Of(target.ExperimentId, 64)}' is no experiment id: exp_ and 26 characters of lowercase Crockford base32.");
        }
        catch (ExperimentIdConflictException conflict)
        {
            var receiver = await FindOccupantAsync(cancellationToken).ConfigureAwait(false);
            repository?.FinishEarlier(receiver?.ImportedFrom);
            if (receiver is not null && ImportProvenance.Of(manifest).IsSameArchive(receiver.ImportedFrom))
            {
                throw new ExperimentIdConflictException(
                    $"The target {receiver.ExperimentId} already holds this same archive: the export of {manifest.ExperimentId} taken at {manifest.ExportedAt}.", conflict);
            }

            throw;
        }
    }

    private async Task<ImportReceiver?> FindOccupantAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ImportReceiver.FindAsync(store, cancellationToken).ConfigureAwait(false);
        }
        catch (ExperimentIdConflictException)
        {
            // The conflict that is already known says more.
            return null;
        }
    }
}
