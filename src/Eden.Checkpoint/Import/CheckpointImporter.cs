using System.Diagnostics;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Import;
using Eden.Checkpoint.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Eden.Checkpoint;

/// <inheritdoc cref="ICheckpointImporter"/>
/// <example>
/// <code>
/// var importer = new CheckpointImporter(store);
/// await using var archive = File.OpenRead(archivePath);
/// var options = new CheckpointImportOptions { RepositoryPath = repositoryPath };
/// var result = await importer.ImportAsync(archive, options, cancellationToken);
/// foreach (var credential in result.Credentials)
/// {
///     // The token is told once; only its hash is in the store.
///     Console.WriteLine($"{credential.WorkerId} has a new token of {credential.Token.Length} characters");
/// }
/// </code>
/// </example>
public sealed class CheckpointImporter : ICheckpointImporter
{
    private readonly ICheckpointImportStore _store;
    private readonly IWorkerCredentialIssuer _issuer;
    private readonly ICrossReferenceValidator _validator;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates an importer. Nothing is contacted until the first import.</summary>
    /// <param name="store">Where the rows go.</param>
    /// <param name="issuer">Makes the workers' credentials; <see langword="null"/> for <see cref="Argon2idCredentialIssuer"/>.</param>
    /// <param name="validator">The cross-reference check; <see langword="null"/> for <see cref="CrossReferenceValidator"/>.</param>
    /// <param name="timeProvider">Measures the import; <see langword="null"/> for the system's.</param>
    /// <param name="logger">Where messages go, never with credentials; <see langword="null"/> for nowhere.</param>
    public CheckpointImporter(
        ICheckpointImportStore store,
        IWorkerCredentialIssuer? issuer = null,
        ICrossReferenceValidator? validator = null,
        TimeProvider? timeProvider = null,
        ILogger<CheckpointImporter>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _issuer = issuer ?? new Argon2idCredentialIssuer();
        _validator = validator ?? new CrossReferenceValidator();
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<CheckpointImporter>.Instance;
    }

    /// <inheritdoc/>
    public async Task<CheckpointImportResult> ImportAsync(
        Stream archive, CheckpointImportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        if (!archive.CanRead)
        {
            throw new ArgumentException("The archive cannot be read.", nameof(archive));
        }

        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import");
        var started = _time.GetTimestamp();
        try
        {
            var run = new ImportRun(_store, _issuer, _validator, _time, _logger, options ?? new CheckpointImportOptions());
            var result = await run.RunAsync(archive, cancellationToken).ConfigureAwait(false);
            var elapsed = _time.GetElapsedTime(started);
            activity?.SetTag("eden.experiment.id", result.ExperimentId);
            activity?.SetTag("eden.checkpoint.push.complete", result.Push?.IsComplete);
            CheckpointTelemetry.ImportEnded("ok", elapsed);
            Log.ImportCompleted(
                _logger, result.Manifest.ExperimentId, result.ExperimentId, result.RowCounts.Events, result.RevertedClaims, result.Credentials.Count, elapsed.TotalMilliseconds);
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
            activity?.SetStatus(ActivityStatusCode.Error, outcome);
            CheckpointTelemetry.ImportEnded(outcome, _time.GetElapsedTime(started));
            if (failure is not OperationCanceledException)
            {
                Log.ImportFailed(_logger, outcome, (failure as CheckpointException)?.TotalViolations ?? 0, failure);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<PriorImport?> FindPriorImportAsync(CheckpointManifest manifest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var receiver = await ImportReceiver.FindAsync(_store, cancellationToken).ConfigureAwait(false);
        return receiver is { ImportedFrom: { } from } && ImportProvenance.Of(manifest).IsSameArchive(from)
            ? new PriorImport
            {
                ExperimentId = receiver.ExperimentId,
                SourceExperimentId = from.SourceExperimentId,
                ExportedAt = from.ExportedAt,
                FormatVersion = from.FormatVersion.Length == 0 ? null : from.FormatVersion,
            }
            : null;
    }
}
