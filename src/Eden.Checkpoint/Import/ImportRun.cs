using Eden.Checkpoint.Repositories;
using System.Text;
using Eden.Checkpoint.Credentials;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Model;
using Eden.Checkpoint.Verification;
using Eden.Shared;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Import;

/// <summary>One import, step by step: take the archive in, check it, and restore its repository beside its place; issue credentials, store artifacts;
/// then one transaction with the repository's rename inside it. Used once.</summary>
internal sealed class ImportRun(
    ICheckpointImportStore store, IWorkerCredentialIssuer issuer, ICrossReferenceValidator validator, TimeProvider time, ILogger logger, CheckpointImportOptions options)
    : IDisposable
{
    private const int MaxAttempts = 4;

    private readonly RepositoryPlacement? _repository = options.RepositoryPath is null ? null : new RepositoryPlacement(options.RepositoryPath, options.RemoteUrl);
    private readonly List<CheckpointWarning> _warnings = [];
    private SpooledCheckpoint? _checkpoint;
    private CredentialFiles? _credentialFiles;

    public async Task<CheckpointImportResult> RunAsync(Stream archive, CancellationToken cancellationToken)
    {
        var push = options.RemoteUrl is null ? null : new ImportPush(options, time, logger);
        await CheckIdsAsync(cancellationToken).ConfigureAwait(false);

        // Tokens exist once: better no import than one whose tokens cannot be written.
        _credentialFiles = options.CredentialsDirectory is { } directory ? CredentialFiles.Prepare(directory) : null;
        var checkpoint = await TakeInAsync(archive, cancellationToken).ConfigureAwait(false);
        var manifest = checkpoint.Report.Manifest!;
        await StageRepositoryAsync(checkpoint, manifest, cancellationToken).ConfigureAwait(false);
        var rows = new ImportedRows(checkpoint, options.Limits.MaxLineBytes, options.Progress);
        var workers = await rows.ReadWorkerIdsAsync(cancellationToken).ConfigureAwait(false);
        var credentials = await CredentialReissue.IssueAsync(issuer, workers, cancellationToken).ConfigureAwait(false);
        await (_credentialFiles?.StageAsync(credentials, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);

        // Last of what comes before the transaction: the sink is not part of it, so nothing else may fail after the bytes were stored for nothing.
        var artifacts = await PlaceArtifactsAsync(checkpoint, manifest, cancellationToken).ConfigureAwait(false);
        if (artifacts is not null)
        {
            rows = new ImportedRows(checkpoint, artifacts.LongestLine, options.Progress);
        }

        var written = await WriteAsync(checkpoint, rows, credentials, cancellationToken).ConfigureAwait(false);

        // The import has taken place. From here on nothing throws: what fails is told in the result.
        var credentialsWritten = HandOver(credentials);
        var pushed = push is null ? null : await push.RunAsync(checkpoint.Bundle, _repository?.Path, written.ExperimentId, cancellationToken).ConfigureAwait(false);
        if (pushed is { IsComplete: true, TotalRefused: > 0 })
        {
            Warn(CheckpointWarningCode.RefsRefused, $"The remote has every branch and tag, but refused {pushed.TotalRefused} other refs, as git hosts do with those that they keep for themselves: {ShortText.Of(pushed.Refused[0], 200)}"
                + (pushed.TotalRefused > 1 ? " and others." : "."));
        }

        foreach (var warning in _warnings)
        {
            Log.ImportWarning(logger, written.ExperimentId, warning.Message);
        }

        return new CheckpointImportResult
        {
            ExperimentId = written.ExperimentId,
            Manifest = manifest,
            RowCounts = checkpoint.Report.RowCounts,
            RevertedClaims = written.RevertedClaims,
            ArtifactCount = artifacts?.Count ?? 0,
            ArtifactBytes = artifacts?.Bytes ?? 0,
            Warnings = _warnings,
            Credentials = credentials,
            CredentialsWritten = credentialsWritten,
            RepositoryPath = checkpoint.Report.HasBundle ? _repository?.Path : null,
            Push = pushed,
        };
    }

    public void Dispose()
    {
        _credentialFiles?.Dispose();
        _repository?.Dispose();
        _checkpoint?.Dispose();
    }

    private void Warn(CheckpointWarningCode code, string message) => _warnings.Add(new CheckpointWarning(code, message));

    /// <summary>Compares the ids that the caller named with the receiver's before the upload is read.</summary>
    private async Task CheckIdsAsync(CancellationToken cancellationToken)
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

    private void CheckExpected(string resulting)
    {
        if (options.ExpectedExperimentId is { } expected && expected != resulting)
        {
            throw new ExperimentIdMismatchException($"The experiment would land under {resulting}; the caller expects {expected}.");
        }
    }

    private async Task<SpooledCheckpoint> TakeInAsync(Stream archive, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.intake");
        var verification = new CheckpointVerificationOptions
        {
            Depth = options.Depth,
            Limits = options.Limits,
            TemporaryDirectory = options.TemporaryDirectory,
            Progress = options.Progress,
        };
        var check = _repository is null ? validator
            : validator is CrossReferenceValidator && !_repository.IsTaken ? new RestoringCheck(_repository, options)
            : new DeferredObjectCheck(validator);
        var kept = IntakeParts.Rows | (options.ArtifactSink is null ? IntakeParts.None : IntakeParts.Artifacts);
        _checkpoint = await CheckpointIntake.ReadAsync(archive, check, verification, kept, cancellationToken).ConfigureAwait(false);
        if (_checkpoint.Report.ArchiveBytes == 0)
        {
            throw new CheckpointBadRequestException("The upload is empty.");
        }

        _checkpoint.Report.ThrowIfInvalid();
        _warnings.AddRange(_checkpoint.Report.Warnings);
        if (!_checkpoint.Report.HasBundle)
        {
            Warn(CheckpointWarningCode.NotResumable, "The archive has the zero-byte placeholder instead of a bundle: the experiment is not resumable"
                + (options.RepositoryPath is null && options.RemoteUrl is null ? "." : ", and no repository was restored or pushed."));
        }

        return _checkpoint;
    }

    private async Task StageRepositoryAsync(SpooledCheckpoint checkpoint, CheckpointManifest manifest, CancellationToken cancellationToken)
    {
        if (_repository is null || _repository.IsStaged || !checkpoint.Report.HasBundle)
        {
            return;
        }

        if (_repository.IsTaken)
        {
            // Whoever imports twice wants to hear that, not where the first import's repository is.
            await RefuseTakenAsync(manifest, cancellationToken).ConfigureAwait(false);
            _repository.RefuseTaken();
        }

        await _repository.StageAsync(
            checkpoint.Bundle,
            options.Limits,
            options.TemporaryDirectory,
            options.Progress,
            inspection =>
            {
                _warnings.AddRange(BundleFaults.ToWarnings(inspection).Except(_warnings).ToArray());
                return inspection.IsWhole
                    ? Task.FromResult(true)
                    : throw new CheckpointInvalidException(BundleFaults.ToViolations(inspection.Faults), inspection.TotalFaults);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<ArtifactPlacement?> PlaceArtifactsAsync(
        SpooledCheckpoint checkpoint, CheckpointManifest manifest, CancellationToken cancellationToken)
    {
        if (checkpoint.ArtifactUses == 0)
        {
            return null;
        }

        if (options.ArtifactSink is not { } sink)
        {
            Warn(CheckpointWarningCode.ArtifactsNotCarried, $"{checkpoint.ArtifactUses} artifact URIs name bytes that only the archive has, and no artifact sink was given: they were imported as they are, "
                + "the bytes were not kept. Keep the archive; an export of this experiment fails until its artifact source serves these URIs.");
            return null;
        }

        // A target that is taken is not worth a byte of the receiver's storage.
        await RefuseTakenAsync(manifest, cancellationToken).ConfigureAwait(false);
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.artifacts");
        var placement = new ArtifactPlacement(sink, checkpoint, options.Limits, options.Progress);
        await placement.PlaceAsync(cancellationToken).ConfigureAwait(false);
        activity?.SetTag("eden.checkpoint.artifacts", placement.Count);
        return placement;
    }

    /// <summary>Looks whether the target takes an import at all.</summary>
    private async Task RefuseTakenAsync(CheckpointManifest manifest, CancellationToken cancellationToken)
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
            _repository?.FinishEarlier(receiver?.ImportedFrom);
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

    private async Task<WrittenImport> WriteAsync(
        SpooledCheckpoint checkpoint, ImportedRows rows, IReadOnlyList<WorkerCredential> credentials, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.store");
        var hashes = credentials.ToDictionary(credential => credential.WorkerId, credential => credential.Hash, StringComparer.Ordinal);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (_repository is { IsStaged: true })
                {
                    await _repository.HoldOffSyncsAsync(time, cancellationToken).ConfigureAwait(false);
                }

                return await AttemptAsync(checkpoint, rows, hashes, cancellationToken).ConfigureAwait(false);
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
                _repository?.LeaveUnfinished();
                throw;
            }
            finally
            {
                await (_repository?.LetSyncsGoOnAsync() ?? Task.CompletedTask).ConfigureAwait(false);
            }
        }
    }

    private async Task<WrittenImport> AttemptAsync(
        SpooledCheckpoint checkpoint, ImportedRows rows, Dictionary<string, string> hashes, CancellationToken cancellationToken)
    {
        var manifest = checkpoint.Report.Manifest!;
        var provenance = ImportProvenance.Of(manifest);
        IReadOnlyList<string> dropped;
        WrittenImport written;
        var target = await BeginAsync(manifest, cancellationToken).ConfigureAwait(false);
        await using (target.ConfigureAwait(false))
        {
            CheckExpected(target.ExperimentId);
            var rewriter = new RowRewriter(manifest.ExperimentId, target.ExperimentId);
            var total = 0L;
            for (var kind = RegistryKind.Tasks; kind <= RegistryKind.Groups; kind++)
            {
                var rewritten = rows.ReadAsync(kind, rewriter, total, cancellationToken);
                total += kind == RegistryKind.Workers
                    ? await target.WriteWorkersAsync(rewritten, hashes, cancellationToken).ConfigureAwait(false)
                    : await target.WriteRowsAsync(kind, rewritten, cancellationToken).ConfigureAwait(false);
                rows.Report(kind, total);
            }

            var experiment = ExperimentReading.Read(checkpoint.Experiment, target.ExperimentId, provenance);
            dropped = await target.WriteExperimentAsync(experiment, cancellationToken).ConfigureAwait(false);
            written = new WrittenImport(target.ExperimentId, rewriter.RevertedClaims);
            if (_repository is not null && checkpoint.Report.HasBundle)
            {
                Tell(_repository.Place(provenance), _repository.Path);
            }

            await CommitAsync(target, cancellationToken).ConfigureAwait(false);
        }

        FinishRepository();
        if (dropped.Count > 0)
        {
            Warn(CheckpointWarningCode.FieldsLeftOut, $"The store has no place for these fields of experiment.json, which were left out: {string.Join(", ", dropped.Take(20).Select(name => ShortText.Of(name, 64)))}.");
        }

        return written;
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

    private async Task CommitAsync(IStoreImport target, CancellationToken cancellationToken)
    {
        try
        {
            await target.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not ImportOutcomeUnknownException)
        {
            // Before the transaction's locks go: the next import must not meet what this one leaves.
            _repository?.Withdraw();
            throw;
        }
    }

    private void FinishRepository()
    {
        try
        {
            _repository?.Complete();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Warn(CheckpointWarningCode.Leftover, $"The repository is in its place, but its mark of being unfinished could not be removed: {failure.Message}");
            _repository!.LeaveUnfinished();
        }
    }

    /// <summary>Puts the tokens where the caller wants them.</summary>
    private bool HandOver(IReadOnlyList<WorkerCredential> credentials)
    {
        if (credentials.Count == 0)
        {
            return false;
        }

        if (_credentialFiles is null)
        {
            Warn(CheckpointWarningCode.CredentialsIssued, $"{credentials.Count} workers got fresh credentials. Their tokens are in the importer's result and nowhere else; what is not kept must be reissued.");
            return false;
        }

        try
        {
            _credentialFiles.Place();
            Warn(CheckpointWarningCode.CredentialsIssued, $"{credentials.Count} workers got fresh credentials: {Path.Combine(options.CredentialsDirectory!, "<worker_id>.token")}.");
            return true;
        }
        catch (IOException failure)
        {
            Warn(CheckpointWarningCode.CredentialsNotWritten, $"{credentials.Count} workers got fresh credentials, but not all tokens could be written to {options.CredentialsDirectory}: {failure.Message} "
                + "They are in this result; what is not kept must be reissued.");
            return false;
        }
    }

    private readonly record struct WrittenImport(string ExperimentId, long RevertedClaims);
}
