using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Repositories;
using Eden.Checkpoint.Verification;
using Eden.Shared;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Import;

/// <summary>The third step of an import: one transaction for the rows, with the repository's rename inside it.</summary>
/// <param name="admission">Begins the transaction.</param>
/// <param name="repository">The place of the repository; <see langword="null"/> when none is restored.</param>
/// <param name="time">Measures how long a sync is waited for.</param>
/// <param name="logger">Where messages go.</param>
internal sealed class ImportCommit(ImportAdmission admission, RepositoryPlacement? repository, TimeProvider time, ILogger logger)
{
    private const int MaxAttempts = 4;

    /// <summary>Writes the rows, brings the repository to its place, and commits; again when others won over it.</summary>
    /// <exception cref="ExperimentIdConflictException">The target takes no import, or others won over it every time.</exception>
    /// <exception cref="ImportOutcomeUnknownException">Nobody knows whether the import has taken place.</exception>
    public async Task<CommittedImport> CommitAsync(SpooledCheckpoint checkpoint, PreparedImport prepared, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.store");
        var hashes = prepared.Credentials.ToDictionary(credential => credential.WorkerId, credential => credential.Hash, StringComparer.Ordinal);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (repository is { IsStaged: true })
                {
                    await repository.HoldOffSyncsAsync(time, cancellationToken).ConfigureAwait(false);
                }

                return await AttemptAsync(checkpoint, prepared.Rows, hashes, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreContentionException contention)
            {
                if (attempt == MaxAttempts)
                {
                    throw new ExperimentIdConflictException("Other transactions of the target won over the import every time it was tried.", contention);
                }

                // Beginning again finds out what the other one did.
                Log.ImportTriedAgain(logger, attempt + 1);
            }
            catch (ImportOutcomeUnknownException)
            {
                repository?.LeaveUnfinished();
                throw;
            }
            finally
            {
                await (repository?.LetSyncsGoOnAsync() ?? Task.CompletedTask).ConfigureAwait(false);
            }
        }
    }

    private async Task<CommittedImport> AttemptAsync(
        SpooledCheckpoint checkpoint, ImportedRows rows, Dictionary<string, string> hashes, CancellationToken cancellationToken)
    {
        var manifest = checkpoint.Report.Manifest!;
        var provenance = ImportProvenance.Of(manifest);
        var target = await admission.AdmitAsync(manifest, cancellationToken).ConfigureAwait(false);
        CommittedImport committed;
        await using (target.ConfigureAwait(false))
        {
            var rewriter = new RowRewriter(manifest.ExperimentId, target.ExperimentId);
            await WriteRowsAsync(target, rows, rewriter, hashes, cancellationToken).ConfigureAwait(false);
            var experiment = ExperimentReading.Read(checkpoint.Experiment, target.ExperimentId, provenance);
            var dropped = await target.WriteExperimentAsync(experiment, cancellationToken).ConfigureAwait(false);
            committed = new CommittedImport(target.ExperimentId, rewriter.RevertedClaims, DropWarnings(dropped));
            if (repository is not null && checkpoint.Report.HasBundle)
            {
                Tell(repository.Place(provenance), repository.Path);
            }

            await CommitAsync(target, cancellationToken).ConfigureAwait(false);
        }

        return committed with { Warnings = [.. FinishRepository(), .. committed.Warnings] };
    }

    private static async Task WriteRowsAsync(
        IStoreImport target, ImportedRows rows, RowRewriter rewriter, Dictionary<string, string> hashes, CancellationToken cancellationToken)
    {
        var total = 0L;
        for (var kind = RegistryKind.Tasks; kind <= RegistryKind.Groups; kind++)
        {
            var rewritten = rows.ReadAsync(kind, rewriter, total, cancellationToken);
            total += kind == RegistryKind.Workers
                ? await target.WriteWorkersAsync(rewritten, hashes, cancellationToken).ConfigureAwait(false)
                : await target.WriteRowsAsync(kind, rewritten, cancellationToken).ConfigureAwait(false);
            rows.Report(kind, total);
        }
    }

    private async Task CommitAsync(IStoreImport target, CancellationToken cancellationToken)
    {
        try
        {
            await target.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not ImportOutcomeUnknownException)
        {
            // Before the transaction's locks go: the next import must not meet what this one leaves.
            repository?.Withdraw();
            throw;
        }
    }

    private void Tell(RepositorySite.Standing before, string path)
    {
        switch (before)
        {
            case RepositorySite.Standing.Unfinished:
                Log.UnfinishedImportRemoved(logger, path);
                break;
            case RepositorySite.Standing.Clone:
                Log.CloneReplaced(logger, path);
                break;
        }
    }

    /// <summary>The rows are committed: lets the repository stay, whatever happens.</summary>
    private IReadOnlyList<CheckpointWarning> FinishRepository()
    {
        try
        {
            repository?.Complete();
            return [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            repository!.LeaveUnfinished();
            return [new CheckpointWarning(
                CheckpointWarningCode.Leftover, $"The repository is in its place, but its mark of being unfinished could not be removed: {failure.Message}")];
        }
    }

    private static IReadOnlyList<CheckpointWarning> DropWarnings(IReadOnlyList<string> dropped)
        => dropped.Count == 0 ? [] : [new CheckpointWarning(
            CheckpointWarningCode.FieldsLeftOut,
            $"The store has no place for these fields of experiment.json, which were left out: {string.Join(", ", dropped.Take(20).Select(name => ShortText.Of(name, 64)))}.")];
}
