using Eden.Checkpoint.Credentials;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Repositories;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Import;

/// <summary>One import, step by step: take the archive in, prepare all that can fail, commit, finish.</summary>
internal sealed class ImportRun(
    ICheckpointImportStore store, IWorkerCredentialIssuer issuer, ICrossReferenceValidator validator, TimeProvider time, ILogger logger, CheckpointImportOptions options)
{
    public async Task<CheckpointImportResult> RunAsync(Stream archive, CancellationToken cancellationToken)
    {
        using var parts = new ImportParts();
        var repository = options.RepositoryPath is null ? null : parts.Own(new RepositoryPlacement(options.RepositoryPath, options.RemoteUrl));
        var push = options.RemoteUrl is null ? null : new ImportPush(options, time, logger);
        var admission = new ImportAdmission(store, repository, options);
        await admission.CheckIdsAsync(cancellationToken).ConfigureAwait(false);

        // Tokens exist once: better no import than one whose tokens cannot be written.
        var files = options.CredentialsDirectory is { } directory ? parts.Own(CredentialFiles.Prepare(directory)) : null;
        var taken = await new ImportIntake(validator, repository, options).TakeInAsync(archive, cancellationToken).ConfigureAwait(false);
        var checkpoint = parts.OwnLast(taken.Checkpoint);
        var prepared = await new ImportPreparation(admission, repository, files, issuer, options).PrepareAsync(taken, cancellationToken).ConfigureAwait(false);
        var committed = await new ImportCommit(admission, repository, time, logger).CommitAsync(checkpoint, prepared, cancellationToken).ConfigureAwait(false);

        // The import has taken place. From here on nothing throws: the tokens are in the result and nowhere else.
        var finished = await new ImportFinish(files, push, options)
            .FinishAsync(checkpoint, prepared.Credentials, committed, repository?.Path, cancellationToken).ConfigureAwait(false);
        var repositoryPath = checkpoint.Report.HasBundle ? repository?.Path : null;
        CheckpointWarning[] warnings = [.. taken.Warnings, .. prepared.Warnings, .. committed.Warnings, .. finished.Warnings, .. parts.TryDispose()];
        return Summarise(taken, prepared, committed, finished, repositoryPath, warnings);
    }

    private CheckpointImportResult Summarise(
        TakenIn taken, PreparedImport prepared, CommittedImport committed, FinishedImport finished, string? repositoryPath, CheckpointWarning[] warnings)
    {
        foreach (var warning in warnings)
        {
            Log.ImportWarning(logger, committed.ExperimentId, warning.Message);
        }

        return new CheckpointImportResult
        {
            ExperimentId = committed.ExperimentId,
            Manifest = taken.Manifest,
            RowCounts = taken.Checkpoint.Report.RowCounts,
            RevertedClaims = committed.RevertedClaims,
            ArtifactCount = prepared.Artifacts?.Count ?? 0,
            ArtifactBytes = prepared.Artifacts?.Bytes ?? 0,
            Warnings = warnings,
            Credentials = prepared.Credentials,
            CredentialsWritten = finished.CredentialsWritten,
            RepositoryPath = repositoryPath,
            Push = finished.Push,
        };
    }
}
