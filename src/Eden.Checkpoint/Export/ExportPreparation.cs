using System.Buffers;
using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Model;
using Eden.Shared;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Export;

/// <summary>Everything of one export that happens before the first archive byte: snapshot, then artifacts, then bundle, then check. Used once.</summary>
internal sealed class ExportPreparation(
    ICheckpointStore store,
    IRepoBundleProvider bundles,
    ICrossReferenceValidator validator,
    TimeProvider time,
    ILogger logger,
    CheckpointExportOptions options,
    TemporaryDirectory spool)
{
    /// <summary>Gets the experiment that the snapshot was found to hold, for what is said of a failure; null before there is a snapshot.</summary>
    public string? ExperimentId { get; private set; }

    public async Task<PreparedCheckpoint> RunAsync(CancellationToken cancellationToken)
    {
        using var rows = new ExportedRows(options.Limits, options.AllowRowViolations, spool);
        var making = new BundleMaking(bundles, validator, options, spool);

        var clock = time.GetTimestamp();
        var experiment = await SpoolSnapshotAsync(rows, cancellationToken).ConfigureAwait(false);
        rows.RequireWithin(CheckpointManifestFiles.Standard.ExperimentConfig, options.ExperimentConfig.Length, options.Limits.MaxConfigBytes);
        var snapshotTime = Lap(ref clock);

        // Before the check of what holds between rows: a row may name an artifact of the archive, where only the source knows whether there is one.
        var artifacts = await GatherArtifactsAsync(rows, experiment.LongestLine, cancellationToken).ConfigureAwait(false);
        var artifactTime = Lap(ref clock);
        using (CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.rows"))
        {
            rows.Complete(artifacts, cancellationToken);
        }

        var rowTime = Lap(ref clock);
        var bundle = await making.MakeAsync(experiment, rows.References, cancellationToken).ConfigureAwait(false);
        try
        {
            var bundleTime = Lap(ref clock);
            cancellationToken.ThrowIfCancellationRequested();
            var report = await making.CheckAsync(bundle, rows.References, cancellationToken).ConfigureAwait(false);
            var times = new PreparationTimes(snapshotTime, artifactTime, bundleTime, rowTime + Lap(ref clock));
            CheckpointWarning[] warnings =
            [
                .. rows.Warnings(), .. ConfigWarnings(), .. bundle.Warnings, .. ArtifactWarnings(artifacts), .. ResumeWarnings(bundle, rows.References), .. report.Warnings,
            ];
            foreach (var warning in warnings)
            {
                Log.ExportWarning(logger, experiment.Id, warning.Message);
            }

            var manifest = ManifestOf(experiment);
            var members = new MemberPlan(manifest, options.ExperimentConfig, experiment.Record, spool, artifacts.Spool, bundle);
            return new PreparedCheckpoint(manifest, experiment.TakenAt, members, artifacts, bundle, report, warnings, rows.AreImportable, times);
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

    private async Task<SpooledExperiment> SpoolSnapshotAsync(ExportedRows rows, CancellationToken cancellationToken)
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
            rows.Checker.CheckExperiment(snapshot.Experiment.Span, snapshot.ExperimentId);
            var compact = new ArrayBufferWriter<byte>();
            JsonMinifier.Minify(snapshot.Experiment.Span, compact);
            rows.RequireWithin(RegistryFiles.Experiment, compact.WrittenCount, options.Limits.MaxExperimentBytes);

            var spooling = rows.SpoolTo(spool, options.Progress);
            var counts = new long[RegistryFiles.Count];
            var total = 0L;
            for (var kind = RegistryKind.Tasks; kind <= RegistryKind.Groups; kind++)
            {
                var count = await spooling.SpoolAsync(snapshot, kind, total, cancellationToken).ConfigureAwait(false);
                counts[(int)kind] = count;
                total += count;
            }

            options.Progress?.Report(new CheckpointProgress(CheckpointPhase.Snapshot, total, total));
            activity?.SetTag("eden.checkpoint.rows", total);
            return new SpooledExperiment(snapshot.ExperimentId, snapshot.TakenAt, compact.WrittenMemory, counts, spooling.LongestLine);
        }
    }

    private async Task<GatheredArtifacts> GatherArtifactsAsync(ExportedRows rows, int longestLine, CancellationToken cancellationToken)
    {
        var gathered = new ArtifactSpool(spool);
        if (options.ArtifactSource is not { } source)
        {
            return new GatheredArtifacts(gathered, 0, 0, 0);
        }

        // No artifact is read for an archive that will not be written.
        rows.ThrowIfInvalid();
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.artifacts");
        return await new ArtifactGathering(source, spool, gathered, options.Limits, rows.AddArtifactFault).GatherAsync(longestLine, cancellationToken).ConfigureAwait(false);
    }

    private CheckpointManifest ManifestOf(SpooledExperiment experiment) => new()
    {
        ExperimentId = experiment.Id,
        ExportedAt = CheckpointManifest.FormatTimestamp(experiment.TakenAt),
        Exporter = new CheckpointManifestExporter
        {
            Implementation = options.Implementation,
            AtomicityMechanism = CheckpointManifestExporter.TransactionalSnapshot,
        },
        Counts = CheckpointManifestCounts.From(kind => experiment.Counts[(int)kind]),
    };

    private IEnumerable<CheckpointWarning> ConfigWarnings()
    {
        if (options.ExperimentConfig.IsEmpty)
        {
            yield return new CheckpointWarning(
                CheckpointWarningCode.ExperimentConfigEmpty,
                $"{CheckpointManifestFiles.Standard.ExperimentConfig} is empty, since the export was given no config: whoever imports the archive has to bring it.");
        }
    }

    private static IEnumerable<CheckpointWarning> ArtifactWarnings(GatheredArtifacts artifacts)
    {
        if (artifacts.Verbatim > 0)
        {
            yield return new CheckpointWarning(
                CheckpointWarningCode.ArtifactsNotCarried, $"{artifacts.Verbatim} artifact URIs are not served by the artifact source and travel as they are.");
        }
    }

    private static IEnumerable<CheckpointWarning> ResumeWarnings(RepoBundle bundle, CheckpointReferences references)
    {
        if (bundle.IsEmpty)
        {
            yield return new CheckpointWarning(CheckpointWarningCode.NotResumable, references.TargetCount == 0
                ? "repo.bundle is the zero-byte placeholder: the archive is not resumable."
                : $"repo.bundle is the zero-byte placeholder although the rows name {references.TargetCount} branches and commits: the archive is not resumable.");
        }
    }
}
