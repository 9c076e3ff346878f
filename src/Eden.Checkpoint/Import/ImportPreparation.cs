using Eden.Checkpoint.Credentials;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Repositories;
using Eden.Checkpoint.Verification;
using Eden.Git;

namespace Eden.Checkpoint.Import;

/// <summary>The second step of an import: does everything that must not wait for a transaction, or must not fail inside one.</summary>
/// <param name="admission">Whether the receiver takes the import.</param>
/// <param name="repository">The place of the repository; <see langword="null"/> when none is restored.</param>
/// <param name="files">Where the tokens are to be written; <see langword="null"/> when they are not.</param>
/// <param name="issuer">Makes the workers' credentials.</param>
/// <param name="options">The options of the import.</param>
internal sealed class ImportPreparation(
    ImportAdmission admission, RepositoryPlacement? repository, CredentialFiles? files, IWorkerCredentialIssuer issuer, CheckpointImportOptions options)
{
    /// <summary>Restores the repository beside its place, issues credentials, stages the tokens, and stores the artifacts.</summary>
    public async Task<PreparedImport> PrepareAsync(TakenIn taken, CancellationToken cancellationToken)
    {
        var checkpoint = taken.Checkpoint;
        var restored = await StageRepositoryAsync(taken, cancellationToken).ConfigureAwait(false);
        var rows = new ImportedRows(checkpoint, options.Limits.MaxLineBytes, options.Progress);
        var workers = await rows.ReadWorkerIdsAsync(cancellationToken).ConfigureAwait(false);
        var credentials = await CredentialReissue.IssueAsync(issuer, workers, cancellationToken).ConfigureAwait(false);
        await (files?.StageAsync(credentials, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);

        // Last of what comes before the transaction: the sink is not part of it, so nothing else may fail after the bytes were stored for nothing.
        var artifacts = await PlaceArtifactsAsync(taken, cancellationToken).ConfigureAwait(false);
        return new PreparedImport(
            artifacts is null ? rows : new ImportedRows(checkpoint, artifacts.LongestLine, options.Progress),
            credentials,
            artifacts,
            [.. restored, .. ArtifactWarnings(checkpoint)]);
    }

    /// <summary>Restores the repository where the intake has not done it.</summary>
    /// <returns>What is odd about the bundle and was not said before.</returns>
    private async Task<IReadOnlyList<CheckpointWarning>> StageRepositoryAsync(TakenIn taken, CancellationToken cancellationToken)
    {
        if (repository is null || repository.IsStaged || !taken.Checkpoint.Report.HasBundle)
        {
            return [];
        }

        if (repository.IsTaken)
        {
            // Whoever imports twice wants to hear that, not where the first import's repository is.
            await admission.RefuseTakenAsync(taken.Manifest, cancellationToken).ConfigureAwait(false);
            repository.RefuseTaken();
        }

        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.restore");
        var restore = new GitBundleRestoreOptions
        {
            Limits = options.Limits.ToGitLimits(),
            TemporaryDirectory = options.TemporaryDirectory,
            Progress = GitProgressRelay.To(options.Progress),
        };
        var staged = await repository.StageAsync(taken.Checkpoint.Bundle, restore, cancellationToken).ConfigureAwait(false);
        await using (staged.ConfigureAwait(false))
        {
            var inspection = staged.Inspection;
            var member = taken.Manifest.Files.RepoBundle;
            if (!inspection.IsWhole)
            {
                throw new CheckpointInvalidException(BundleFaults.ToViolations(inspection.Faults, member), inspection.TotalFaults);
            }

            await repository.KeepAsync(staged, cancellationToken).ConfigureAwait(false);
            return [.. BundleFaults.ToWarnings(inspection, member).Except(taken.Warnings)];
        }
    }

    private async Task<PlacedArtifacts?> PlaceArtifactsAsync(TakenIn taken, CancellationToken cancellationToken)
    {
        if (taken.Checkpoint.ArtifactUses == 0 || options.ArtifactSink is not { } sink)
        {
            return null;
        }

        // A target that is taken is not worth a byte of the receiver's storage.
        await admission.RefuseTakenAsync(taken.Manifest, cancellationToken).ConfigureAwait(false);
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.artifacts");
        var placed = await new ArtifactPlacement(sink, taken.Checkpoint, options.Limits, options.Progress).PlaceAsync(cancellationToken).ConfigureAwait(false);
        activity?.SetTag("eden.checkpoint.artifacts", placed.Count);
        return placed;
    }

    private IEnumerable<CheckpointWarning> ArtifactWarnings(SpooledCheckpoint checkpoint)
    {
        if (checkpoint.ArtifactUses > 0 && options.ArtifactSink is null)
        {
            yield return new CheckpointWarning(
                CheckpointWarningCode.ArtifactsNotCarried,
                $"{checkpoint.ArtifactUses} artifact URIs name bytes that only the archive has, and no artifact sink was given: they were imported as they are, "
                    + "the bytes were not kept. Keep the archive; an export of this experiment fails until its artifact source serves these URIs.");
        }
    }
}
