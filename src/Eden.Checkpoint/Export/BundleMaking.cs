using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Format.Manifest;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint.Export;

/// <summary>The step of an export that makes the bundle and checks it against the rows, once the snapshot has ended.</summary>
/// <param name="bundles">Makes the bundle.</param>
/// <param name="validator">The cross-reference check.</param>
/// <param name="options">The options of the export.</param>
/// <param name="spool">Where temporary files may be made.</param>
internal sealed class BundleMaking(IRepoBundleProvider bundles, ICrossReferenceValidator validator, CheckpointExportOptions options, TemporaryDirectory spool)
{
    /// <summary>Makes the bundle.</summary>
    /// <exception cref="CheckpointRepoUnavailableException">It could not be made, or is the placeholder where that was ruled out.</exception>
    public async Task<RepoBundle> MakeAsync(SpooledExperiment experiment, CheckpointReferences references, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.bundle");
        var request = new RepoBundleRequest(experiment.Id, experiment.TakenAt)
        {
            References = references,
            ImportedFrom = experiment.Record.IsEmpty ? null : ImportProvenance.In(experiment.Record),
            WorkingDirectory = spool.Path,
            Progress = options.Progress,
        };
        var bundle = await AskAsync(request, cancellationToken).ConfigureAwait(false)
            ?? throw new CheckpointRepoUnavailableException("The bundle could not be made: the provider returned none.");
        if (bundle.IsEmpty && options.RequireResumable)
        {
            bundle.Dispose();
            throw new CheckpointRepoUnavailableException("The repository has no refs, and an archive that cannot be resumed was ruled out.");
        }

        activity?.SetTag("eden.checkpoint.bundle.bytes", bundle.Length);
        return bundle;
    }

    /// <summary>Checks the bundle against the rows.</summary>
    /// <exception cref="CheckpointRepoUnavailableException">The bundle does not hold what the rows name.</exception>
    public async Task<CrossReferenceReport> CheckAsync(RepoBundle bundle, CheckpointReferences references, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.validate");
        var report = await validator.ValidateAsync(
            bundle,
            references,
            new CrossReferenceOptions
            {
                Depth = options.Depth ?? (bundle.IsMadeFromRepository ? GitVerification.Commits : GitVerification.Objects),
                Limits = options.Limits,
                TemporaryDirectory = spool.Path,
                Progress = options.Progress,
            },
            cancellationToken).ConfigureAwait(false);
        return report.IsValid ? report
            : throw new CheckpointRepoUnavailableException(new CheckpointInvalidException(report.Violations, report.TotalViolations));
    }

    private async Task<RepoBundle?> AskAsync(RepoBundleRequest request, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await bundles.CreateBundleAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (CheckpointRepoUnavailableException)
        {
            throw;
        }
        catch (Exception failure)
        {
            // The message of an unknown failure may hold anything, a credential too: it stays with the inner exception.
            throw new CheckpointRepoUnavailableException($"The bundle could not be made: the provider failed with {failure.GetType().Name}.", failure);
        }
    }
}
