using System.Globalization;
using System.Security.Cryptography;
using Eden.Checkpoint.Format.Archive;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Model;
using Eden.Checkpoint.Verification;
using Eden.Shared;

namespace Eden.Checkpoint.Comparison;

/// <summary>A side that is an archive, in a file or a stream.</summary>
internal sealed class ArchiveComparisonSource : CheckpointComparisonSource
{
    private readonly string? _path;
    private readonly Stream? _stream;

    public ArchiveComparisonSource(string path, string name)
        : base(name) => _path = path;

    public ArchiveComparisonSource(Stream stream, string name)
        : base(name) => _stream = stream;

    internal override async Task<ComparisonSide> ReadAsync(ComparisonReading reading, CancellationToken cancellationToken)
    {
        if (_stream is not null)
        {
            return await ReadAsync(_stream, reading, cancellationToken).ConfigureAwait(false);
        }

        var file = ArchiveFile.Open(_path!, "archivePath");
        await using (file.ConfigureAwait(false))
        {
            return await ReadAsync(file, reading, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ComparisonSide> ReadAsync(Stream archive, ComparisonReading reading, CancellationToken cancellationToken)
    {
        var options = reading.Options;
        var verification = new CheckpointVerificationOptions
        {
            Depth = options.Depth,
            Limits = options.Limits,
            TemporaryDirectory = reading.Directory.Path,
            Progress = options.Progress,
        };
        var checkpoint = await CheckpointIntake
            .ReadAsync(archive, reading.Validator, verification, IntakeParts.Rows, cancellationToken).ConfigureAwait(false);
        try
        {
            checkpoint.Report.ThrowIfInvalid();
            var rows = new SpooledRows[RegistryFiles.Count];
            foreach (var kind in Enum.GetValues<RegistryKind>())
            {
                rows[(int)kind] = await SpoolAsync(checkpoint, kind, reading, cancellationToken).ConfigureAwait(false);
            }

            return new ComparisonSide(checkpoint)
            {
                Name = Name,
                Manifest = checkpoint.Report.Manifest!.ToUtf8Json(),
                ConfigDigest = await DigestAsync(checkpoint, cancellationToken).ConfigureAwait(false),
                Experiment = checkpoint.Experiment.ToArray(),
                ExperimentId = ComparisonSide.FindExperimentId(checkpoint.Experiment, options.Limits),
                Rows = rows,
                Bundle = checkpoint.Bundle,
                Warnings = checkpoint.Report.Warnings,
            };
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static async Task<SpooledRows> SpoolAsync(
        SpooledCheckpoint checkpoint, RegistryKind kind, ComparisonReading reading, CancellationToken cancellationToken)
    {
        var limits = reading.Options.Limits;
        var writer = new RowSpoolWriter(kind, reading.Directory.File(RegistryFiles.FileName(kind)));
        await using var writerGuard = writer.ConfigureAwait(false);
        var content = checkpoint.OpenRows(kind);
        await using var contentGuard = content.ConfigureAwait(false);

        // The lines were judged when the archive was taken in.
        using var lines = new JsonLinesReader(content, RegistryFiles.FileName(kind), limits.MaxLineBytes, new ViolationList(1));
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            await writer.AppendAsync(lines.Row, RowKey.Find(kind, lines.Row, limits.MaxJsonDepth), cancellationToken).ConfigureAwait(false);
        }

        var spooled = await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);

        // Copied: disk space is needed for one of the two only.
        File.Delete(checkpoint.RowFiles[kind]);
        return await new RowSorter(reading.Directory, limits.MaxJsonDepth).SortAsync(spooled, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> DigestAsync(SpooledCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var config = checkpoint.OpenConfig();
        await using (config.ConfigureAwait(false))
        {
            var hash = await SHA256.HashDataAsync(config, cancellationToken).ConfigureAwait(false);
            return string.Create(CultureInfo.InvariantCulture, $"{config.Length} bytes, sha256 {Convert.ToHexStringLower(hash)}");
        }
    }
}
