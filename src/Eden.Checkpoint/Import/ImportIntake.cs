using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Repositories;
using Eden.Checkpoint.Verification;

namespace Eden.Checkpoint.Import;

/// <summary>The first step of an import: reads the upload, and checks all of it.</summary>
/// <param name="validator">The cross-reference check.</param>
/// <param name="repository">The place of the repository; <see langword="null"/> when none is restored.</param>
/// <param name="options">The options of the import.</param>
internal sealed class ImportIntake(ICrossReferenceValidator validator, RepositoryPlacement? repository, CheckpointImportOptions options)
{
    /// <summary>Takes the archive in. Where one pass can do both, its repository is restored beside its place on the way.</summary>
    /// <exception cref="CheckpointBadRequestException">The upload is empty.</exception>
    /// <exception cref="CheckpointException">The archive is not valid.</exception>
    public async Task<TakenIn> TakeInAsync(Stream archive, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.intake");
        var verification = new CheckpointVerificationOptions
        {
            Depth = options.Depth,
            Limits = options.Limits,
            TemporaryDirectory = options.TemporaryDirectory,
            Progress = options.Progress,
        };
        var kept = IntakeParts.Rows | (options.ArtifactSink is null ? IntakeParts.None : IntakeParts.Artifacts);
        var checkpoint = await CheckpointIntake.ReadAsync(archive, ChoosePasses(), verification, kept, cancellationToken).ConfigureAwait(false);
        try
        {
            if (checkpoint.Report.ArchiveBytes == 0)
            {
                throw new CheckpointBadRequestException("The upload is empty.");
            }

            checkpoint.Report.ThrowIfInvalid();
            return new TakenIn(checkpoint, [.. checkpoint.Report.Warnings, .. ResumeWarnings(checkpoint.Report)]);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private IBundlePasses ChoosePasses()
    {
        if (repository is null)
        {
            return new ValidatorPasses(validator);
        }

        // The library's own check judges what any pass over the bundle has found, also the one that restores it. A host's check must be asked, and reads the bundle by
        // itself. Where something else is at the place there may be nothing to restore.
        var isOwn = validator is CrossReferenceValidator;
        return isOwn && !repository.IsTaken ? new RestoringPasses(repository) : new ValidatorPasses(new DeferredObjectCheck(validator));
    }

    private IEnumerable<CheckpointWarning> ResumeWarnings(CheckpointVerificationReport report)
    {
        if (!report.HasBundle)
        {
            yield return new CheckpointWarning(
                CheckpointWarningCode.NotResumable,
                "The archive has the zero-byte placeholder instead of a bundle: the experiment is not resumable"
                    + (options.RepositoryPath is null && options.RemoteUrl is null ? "." : ", and no repository was restored or pushed."));
        }
    }
}
