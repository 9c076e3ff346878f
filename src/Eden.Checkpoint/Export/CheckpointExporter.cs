using System.Diagnostics;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Export;
using Eden.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Eden.Checkpoint;

/// <inheritdoc cref="ICheckpointExporter"/>
/// <example>
/// <code>
/// var exporter = new CheckpointExporter(store, bundles);
/// var options = new CheckpointExportOptions { ExperimentConfig = config };
/// try
/// {
///     var result = await exporter.ExportAsync(archivePath, options, cancellationToken);
///     Console.WriteLine($"{result.ArchiveBytes} bytes, resumable: {result.IsResumable}");
/// }
/// catch (CheckpointException failure) when (failure.IsRetryable)
/// {
///     Console.WriteLine($"Nothing was written; the same call may succeed later: {failure.Message}");
/// }
/// </code>
/// </example>
public sealed class CheckpointExporter : ICheckpointExporter
{
    private readonly ICheckpointStore _store;
    private readonly IRepoBundleProvider _bundles;
    private readonly ICrossReferenceValidator _validator;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates an exporter. Nothing is contacted until the first export.</summary>
    /// <param name="store">Where the rows are.</param>
    /// <param name="bundles">Makes the bundle, once per export, after the snapshot has ended.</param>
    /// <param name="validator">The cross-reference check; <see langword="null"/> for <see cref="CrossReferenceValidator"/>.</param>
    /// <param name="timeProvider">Measures the phases; <see langword="null"/> for the system's. The instant of the snapshot is the store's to stamp.</param>
    /// <param name="logger">Where messages go; <see langword="null"/> for nowhere.</param>
    public CheckpointExporter(
        ICheckpointStore store,
        IRepoBundleProvider bundles,
        ICrossReferenceValidator? validator = null,
        TimeProvider? timeProvider = null,
        ILogger<CheckpointExporter>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(bundles);
        _store = store;
        _bundles = bundles;
        _validator = validator ?? new CrossReferenceValidator();
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<CheckpointExporter>.Instance;
    }

    /// <inheritdoc/>
    public Task<CheckpointExportResult> ExportAsync(
        Stream destination, CheckpointExportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!destination.CanWrite)
        {
            throw new ArgumentException("The destination cannot be written.", nameof(destination));
        }

        return RunAsync((writing, prepared, token) => writing.WriteAsync(prepared, destination, token), options, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<CheckpointExportResult> ExportAsync(
        string archivePath, CheckpointExportOptions? options = null, CancellationToken cancellationToken = default)
    {
        var target = AtomicFile.Target(archivePath, nameof(archivePath));
        return RunAsync(
            (writing, prepared, token) => AtomicFile.WriteAsync(target, (file, inner) => writing.WriteAsync(prepared, file, inner), token), options, cancellationToken);
    }

    private async Task<CheckpointExportResult> RunAsync(
        Func<ArchiveWriting, PreparedCheckpoint, CancellationToken, Task<CheckpointExportResult>> write,
        CheckpointExportOptions? options,
        CancellationToken cancellationToken)
    {
        options ??= new CheckpointExportOptions();
        if (options.FormatVersion != CheckpointManifest.SupportedFormatVersion)
        {
            throw new CheckpointBadRequestException(
                $"Format version '{ShortText.Of(options.FormatVersion, 64)}' is not recognised; this library writes '{CheckpointManifest.SupportedFormatVersion}'.");
        }

        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export");
        var started = _time.GetTimestamp();
        ExportPreparation? preparation = null;
        try
        {
            using var spool = TemporaryDirectory.Create(options.TemporaryDirectory);
            preparation = new ExportPreparation(_store, _bundles, _validator, _time, _logger, options, spool);
            using var prepared = await preparation.RunAsync(cancellationToken).ConfigureAwait(false);
            var result = await write(new ArchiveWriting(_time, options.Progress), prepared, cancellationToken).ConfigureAwait(false);

            var elapsed = _time.GetElapsedTime(started);
            activity?.SetTag("eden.experiment.id", result.Manifest.ExperimentId);
            activity?.SetTag("eden.checkpoint.archive.bytes", result.ArchiveBytes);
            activity?.SetTag("eden.checkpoint.resumable", result.IsResumable);
            CheckpointTelemetry.ExportEnded("ok", elapsed, result.ArchiveBytes);
            Log.ExportCompleted(
                _logger, result.Manifest.ExperimentId, result.ArchiveBytes, result.IsResumable, elapsed.TotalMilliseconds);
            return result;
        }
        catch (Exception failure)
        {
            var outcome = failure switch
            {
                OperationCanceledException => "cancelled",
                CheckpointException problem => problem.ProblemType,
                _ => failure.GetType().Name,
            };
            var experimentId = preparation?.ExperimentId ?? options.ExperimentId;
            activity?.SetTag("eden.experiment.id", experimentId);
            activity?.SetStatus(ActivityStatusCode.Error, outcome);
            CheckpointTelemetry.ExportEnded(outcome, _time.GetElapsedTime(started), 0);
            if (failure is not OperationCanceledException)
            {
                Log.ExportFailed(_logger, experimentId, outcome, (failure as CheckpointException)?.TotalViolations ?? 0, failure);
            }

            throw;
        }
    }
}
