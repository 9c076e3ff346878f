using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Format.Archive;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Export;

/// <summary>A checkpoint that has passed every check and waits in the spool: from here on only writing can fail. Used once.</summary>
internal sealed class PreparedCheckpoint : IDisposable
{
    private readonly CheckpointExportOptions _options;
    private readonly TimeProvider _time;
    private readonly TemporaryDirectory _spool;
    private readonly SpooledExperiment _experiment;
    private readonly ArtifactGathering? _artifacts;
    private readonly RepoBundle _bundle;
    private readonly CrossReferenceReport _report;
    private readonly IReadOnlyList<CheckpointWarning> _warnings;
    private readonly bool _isImportable;
    private readonly Func<TimeSpan, CheckpointExportTimings> _timings;

    public PreparedCheckpoint(
        CheckpointExportOptions options,
        TimeProvider time,
        TemporaryDirectory spool,
        SpooledExperiment experiment,
        ArtifactGathering? artifacts,
        RepoBundle bundle,
        CrossReferenceReport report,
        IReadOnlyList<CheckpointWarning> warnings,
        bool isImportable,
        Func<TimeSpan, CheckpointExportTimings> timings)
    {
        _options = options;
        _time = time;
        _spool = spool;
        _experiment = experiment;
        _artifacts = artifacts;
        _bundle = bundle;
        _report = report;
        _warnings = warnings;
        _isImportable = isImportable;
        _timings = timings;
        Manifest = new CheckpointManifest
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
    }

    public CheckpointManifest Manifest { get; }

    /// <summary>Writes the archive: manifest first, then config, experiment, the seven registries, artifacts, and the bundle last.</summary>
    public async Task<CheckpointExportResult> WriteAsync(Stream destination, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.archive");
        var clock = _time.GetTimestamp();
        var members = new List<CheckpointMemberSize>();
        var manifest = Manifest.ToUtf8Json();
        var progress = new ArchiveProgress(_options.Progress, ArchiveLength(manifest.Length));
        var writer = new CheckpointArchiveWriter(destination, _experiment.TakenAt, leaveOpen: true, progress);
        await using (writer.ConfigureAwait(false))
        {
            await WriteBytesAsync(CheckpointManifest.FileName, manifest).ConfigureAwait(false);
            await WriteBytesAsync(Manifest.Files.ExperimentConfig, _options.ExperimentConfig).ConfigureAwait(false);
            await WriteBytesAsync(Manifest.Files.Experiment, _experiment.Record).ConfigureAwait(false);
            for (var kind = RegistryKind.Tasks; kind <= RegistryKind.Groups; kind++)
            {
                var name = RegistryFiles.FileName(kind);
                await WriteContentAsync(name, _spool.OpenFile(name)).ConfigureAwait(false);
            }

            foreach (var (sha256, file) in _artifacts?.Files() ?? [])
            {
                // Not listed one by one in the result: there may be a million.
                progress.Name(ArtifactPath(sha256));
                var content = TemporaryDirectory.OpenFileAt(file);
                await using (content.ConfigureAwait(false))
                {
                    await writer.WriteMemberAsync(ArtifactPath(sha256), content, cancellationToken).ConfigureAwait(false);
                }
            }

            await WriteContentAsync(Manifest.Files.RepoBundle, _bundle.OpenRead()).ConfigureAwait(false);
            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
            await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
            progress.Name(null);
            progress.Report(writer.BytesWritten);
        }

        return new CheckpointExportResult
        {
            Manifest = Manifest,
            IsImportable = _isImportable,
            IsResumable = _isImportable && !_bundle.IsEmpty,
            Warnings = _warnings,
            Members = members,
            ArtifactCount = _artifacts?.Count ?? 0,
            ArtifactBytes = _artifacts?.Bytes ?? 0,
            ArchiveBytes = writer.BytesWritten,
            CrossReferences = _report,
            Timings = _timings(_time.GetElapsedTime(clock)),
        };

        Task WriteBytesAsync(string path, ReadOnlyMemory<byte> bytes) => WriteContentAsync(path, new MemoryStream(bytes.ToArray(), writable: false));

        async Task WriteContentAsync(string path, Stream content)
        {
            await using (content.ConfigureAwait(false))
            {
                progress.Name(path);
                members.Add(new CheckpointMemberSize(path, content.Length));
                await writer.WriteMemberAsync(path, content, cancellationToken).ConfigureAwait(false);
                progress.Report(writer.BytesWritten);
            }
        }
    }

    public void Dispose() => _bundle.Dispose();

    private string ArtifactPath(string sha256) => $"{Manifest.Files.ArtifactsDirectory}/{sha256}";

    private long ArchiveLength(long manifest)
    {
        IEnumerable<CheckpointMemberSize> Members()
        {
            yield return new(CheckpointManifest.FileName, manifest);
            yield return new(Manifest.Files.ExperimentConfig, _options.ExperimentConfig.Length);
            yield return new(Manifest.Files.Experiment, _experiment.Record.Length);
            yield return new(Manifest.Files.RepoBundle, _bundle.Length);
            for (var kind = RegistryKind.Tasks; kind <= RegistryKind.Groups; kind++)
            {
                var name = RegistryFiles.FileName(kind);
                yield return new(name, new FileInfo(_spool.File(name)).Length);
            }

            foreach (var (sha256, file) in _artifacts?.Files() ?? [])
            {
                yield return new(ArtifactPath(sha256), new FileInfo(file).Length);
            }
        }

        return CheckpointArchiveWriter.ArchiveLength(Members());
    }
}
