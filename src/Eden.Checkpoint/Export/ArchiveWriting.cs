using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Format.Archive;

namespace Eden.Checkpoint.Export;

/// <summary>The last step of an export: writes what was prepared.</summary>
/// <param name="time">Measures the writing.</param>
/// <param name="progress">Is told how far it has come, if anyone.</param>
internal sealed class ArchiveWriting(TimeProvider time, IProgress<CheckpointProgress>? progress)
{
    /// <summary>Writes the archive.</summary>
    /// <param name="prepared">What is written.</param>
    /// <param name="destination">Where it goes; left open.</param>
    /// <param name="cancellationToken">Observed at every buffer; the archive is truncated then.</param>
    public async Task<CheckpointExportResult> WriteAsync(PreparedCheckpoint prepared, Stream destination, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.export.archive");
        var clock = time.GetTimestamp();
        var sizes = new List<CheckpointMemberSize>();
        var length = CheckpointArchiveWriter.ArchiveLength(prepared.Members.Members().Select(member => new CheckpointMemberSize(member.Path, member.Length)));
        var told = new ArchiveProgress(progress, length);
        var writer = new CheckpointArchiveWriter(destination, prepared.TakenAt, leaveOpen: true, told);
        await using (writer.ConfigureAwait(false))
        {
            foreach (var member in prepared.Members.Members())
            {
                told.Name(member.Path);
                var content = member.Open();
                await using (content.ConfigureAwait(false))
                {
                    await writer.WriteMemberAsync(member.Path, content, cancellationToken).ConfigureAwait(false);
                }

                if (!member.IsArtifact)
                {
                    sizes.Add(new CheckpointMemberSize(member.Path, member.Length));
                    told.Report(writer.BytesWritten);
                }
            }

            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
            await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
            told.Name(null);
            told.Report(writer.BytesWritten);
        }

        var (artifacts, bundle, times) = (prepared.Artifacts, prepared.Bundle, prepared.Times);
        return new CheckpointExportResult
        {
            Manifest = prepared.Manifest,
            IsImportable = prepared.IsImportable,
            IsResumable = prepared.IsImportable && !bundle.IsEmpty,
            Warnings = prepared.Warnings,
            Members = sizes,
            ArtifactCount = artifacts.Count,
            ArtifactBytes = artifacts.Bytes,
            ArchiveBytes = writer.BytesWritten,
            CrossReferences = prepared.CrossReferences,
            Timings = new CheckpointExportTimings
            {
                Snapshot = times.Snapshot,
                Bundle = times.Bundle,
                Validate = times.Validate,
                Artifacts = times.Artifacts,
                Archive = time.GetElapsedTime(clock),
            },
        };
    }
}
