using System.Buffers;
using System.Globalization;
using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Import;
using Eden.Checkpoint.Model;
using Eden.Shared;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Export;

/// <summary>Everything of one export that happens before the first archive byte: snapshot, then bundle, then check. Used once.</summary>
internal sealed class ExportPreparation(
    ICheckpointStore store,
    IRepoBundleProvider bundles,
    ICrossReferenceValidator validator,
    TimeProvider time,
    ILogger logger,
    CheckpointExportOptions options,
    TemporaryDirectory spool)
{
    // Manifest, config, experiment, seven registries, bundle.
    private const long FilesBesideArtifacts = 11;

    private readonly ViolationList _violations = new(options.Limits.MaxViolations);
    private readonly ViolationList _warnings = new(options.Limits.MaxViolations);
    private bool _isBeyondLimits;

    /// <summary>Gets the experiment that the snapshot was found to hold; null before there is a snapshot.</summary>
    public string? ExperimentId { get; private set; }

    public async Task<PreparedCheckpoint> RunAsync(CancellationToken cancellationToken)
    {
        using var checker = new RowSetChecker(options.Limits, spool, _violations, _warnings, isExport: true);

        var clock = time.GetTimestamp();
        var experiment = await SpoolSnapshotAsync(checker, cancellationToken).ConfigureAwait(false);
        RequireWithin(CheckpointManifestFiles.Standard.ExperimentConfig, options.ExperimentConfig.Length, options.Limits.MaxConfigBytes);
        var snapshotTime = Lap(ref clock);

        // Before the check of what holds between rows: a row may name an artifact of the archive, where only the source knows whether there is one.
        var artifacts = await GatherArtifactsAsync(checker, experiment.LongestLine, cancellationToken).ConfigureAwait(false);
        var artifactTime = Lap(ref clock);
        using (CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.rows"))
        {
            foreach (var (sha256, _) in artifacts?.Files() ?? [])
            {
                checker.AddArtifact(sha256);
            }

            if (FilesBesideArtifacts + (artifacts?.Count ?? 0) is var members && members > options.Limits.MaxMembers)
            {
                _isBeyondLimits = true;
                _violations.Add(CheckpointRule.Limit, null, null, null, null, string.Create(
                    CultureInfo.InvariantCulture, $"the archive would have {members} members; the limit is {options.Limits.MaxMembers}"));
            }

            checker.Complete(cancellationToken);
            ThrowIfInvalid();
        }

        var validateTime = Lap(ref clock);
        var bundle = await MakeBundleAsync(experiment, checker.References, cancellationToken).ConfigureAwait(false);
        try
        {
            var bundleTime = Lap(ref clock);
            cancellationToken.ThrowIfCancellationRequested();
            var report = await ValidateAsync(bundle, checker.References, cancellationToken).ConfigureAwait(false);
            validateTime += Lap(ref clock);

            return new PreparedCheckpoint(
                options, time, spool, experiment, artifacts, bundle, report,
                Warnings(experiment.Id, artifacts, bundle, checker.References, report),
                _violations.Total == 0,
                archiveTime => new CheckpointExportTimings
                {
                    Snapshot = snapshotTime,
                    Bundle = bundleTime,
                    Validate = validateTime,
                    Artifacts = artifactTime,
                    Archive = archiveTime,
                });
        }
        catch
        {
            bundle.Dispose();
            throw;
        }
    }

    private TimeSpan Lap(ref long clock)
    {
        var now = time.GetTimestamp();
        var lap = time.GetElapsedTime(clock, now);
        clock = now;
        return lap;
    }

    private async Task<SpooledExperiment> SpoolSnapshotAsync(RowSetChecker checker, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.snapshot");
        var snapshot = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (snapshot.ConfigureAwait(false))
        {
            if (options.ExperimentId is { } wanted && wanted != snapshot.ExperimentId)
            {
                throw new ExperimentNotFoundException("The store holds another experiment than the one asked for.");
            }

            ExperimentId = snapshot.ExperimentId;
            checker.CheckExperiment(snapshot.Experiment.Span, snapshot.ExperimentId);
            var compact = new ArrayBufferWriter<byte>();
            JsonMinifier.Minify(snapshot.Experiment.Span, compact);
            RequireWithin(RegistryFiles.Experiment, compact.WrittenCount, options.Limits.MaxExperimentBytes);

            var spooling = new RowSpooling(checker, _violations, _warnings, spool, options.Limits, options.Progress);
            var counts = new long[RegistryFiles.Count];
            var rows = 0L;
            for (var kind = RegistryKind.Tasks; kind <= RegistryKind.Groups; kind++)
            {
                var count = await spooling.SpoolAsync(snapshot, kind, rows, cancellationToken).ConfigureAwait(false);
                counts[(int)kind] = count;
                rows += count;
            }

            options.Progress?.Report(new CheckpointProgress(CheckpointPhase.Snapshot, rows, rows));
            activity?.SetTag("eden.checkpoint.rows", rows);
            return new SpooledExperiment(snapshot.ExperimentId, snapshot.TakenAt, compact.WrittenMemory, counts, spooling.LongestLine);
        }
    }

    private async Task<ArtifactGathering?> GatherArtifactsAsync(RowSetChecker checker, int longestLine, CancellationToken cancellationToken)
    {
        if (options.ArtifactSource is not { } source)
        {
            return null;
        }

        // No artifact is read for an archive that will not be written.
        ThrowIfInvalid();
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.artifacts");
        var gathering = new ArtifactGathering(source, spool, options.Limits, (use, fault) =>
        {
            if (use.Kind == RegistryKind.Submissions && fault.Rule == CheckpointRule.Artifact)
            {
                // What a worker handed in without success may name anything.
                checker.AddSubmissionFault(use.Line, fault);
            }
            else
            {
                _violations.Add(fault);
            }
        });
        for (var kind = RegistryKind.Tasks; kind <= RegistryKind.Groups; kind++)
        {
            await gathering.GatherAsync(kind, longestLine, cancellationToken).ConfigureAwait(false);
        }

        return gathering;
    }

    /// <summary>An archive that no importer with these limits takes is not written.</summary>
    private void RequireWithin(string member, long length, long limit)
    {
        if (length > limit)
        {
            _isBeyondLimits = true;
            _violations.Add(CheckpointRule.Limit, member, null, null, null, string.Create(
                CultureInfo.InvariantCulture, $"the file has {length} bytes; the limit is {limit}"));
        }
    }

    private void ThrowIfInvalid()
    {
        if (_violations.Total > 0 && (_isBeyondLimits || !options.AllowRowViolations))
        {
            throw new CheckpointInvalidException(_violations.Listed, _violations.Total);
        }
    }

    private async Task<RepoBundle> MakeBundleAsync(
        SpooledExperiment experiment, CheckpointReferences references, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.bundle");
        var request = new RepoBundleRequest(experiment.Id, experiment.TakenAt)
        {
            References = references,
            ImportedFrom = experiment.Record.IsEmpty ? null : ImportProvenance.In(experiment.Record),
            WorkingDirectory = spool.Path,
            Progress = options.Progress,
        };
        RepoBundle? bundle;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            bundle = await bundles.CreateBundleAsync(request, cancellationToken).ConfigureAwait(false);
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

        if (bundle is null)
        {
            throw new CheckpointRepoUnavailableException("The bundle could not be made: the provider returned none.");
        }

        if (bundle.IsEmpty && options.RequireResumable)
        {
            bundle.Dispose();
            throw new CheckpointRepoUnavailableException("The repository has no refs, and an archive that cannot be resumed was ruled out.");
        }

        activity?.SetTag("eden.checkpoint.bundle.bytes", bundle.Length);
        return bundle;
    }

    private async Task<CrossReferenceReport> ValidateAsync(
        RepoBundle bundle, CheckpointReferences references, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.validate");
        var report = await validator.ValidateAsync(
            bundle,
            references,
            new CrossReferenceOptions
            {
                Depth = options.Depth,
                Limits = options.Limits,
                TemporaryDirectory = spool.Path,
                Progress = options.Progress,
            },
            cancellationToken).ConfigureAwait(false);
        if (!report.IsValid)
        {
            throw new CheckpointRepoUnavailableException(new CheckpointInvalidException(report.Violations, report.TotalViolations));
        }

        return report;
    }

    private List<CheckpointWarning> Warnings(
        string experimentId, ArtifactGathering? artifacts, RepoBundle bundle, CheckpointReferences references, CrossReferenceReport report)
    {
        var warnings = new List<CheckpointWarning>();
        if (_violations.Total > 0)
        {
            warnings.Add(new CheckpointWarning(CheckpointWarningCode.RowViolation, string.Create(
                CultureInfo.InvariantCulture, $"The archive cannot be imported: its rows break {_violations.Total} rules, and it was written because that was allowed.")));
            warnings.AddRange(_violations.ToWarnings(CheckpointWarningCode.RowViolation, "violations"));
        }

        warnings.AddRange(_warnings.ToWarnings(CheckpointWarningCode.Row, "warnings about rows"));
        warnings.AddRange(bundle.Warnings);
        if (artifacts is { Verbatim: > 0 })
        {
            warnings.Add(new CheckpointWarning(
                CheckpointWarningCode.ArtifactsNotCarried, $"{artifacts.Verbatim} artifact URIs are not served by the artifact source and travel as they are."));
        }

        if (bundle.IsEmpty)
        {
            warnings.Add(new CheckpointWarning(CheckpointWarningCode.NotResumable, references.TargetCount == 0
                ? "repo.bundle is the zero-byte placeholder: the archive is not resumable."
                : $"repo.bundle is the zero-byte placeholder although the rows name {references.TargetCount} branches and commits: the archive is not resumable."));
        }

        warnings.AddRange(report.Warnings);
        foreach (var warning in warnings)
        {
            Log.ExportWarning(logger, experimentId, warning.Message);
        }

        return warnings;
    }
}
