using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Format.Archive;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Verification;

/// <summary>Takes an archive in: one forward pass that spools and checks, then what holds between the members. One per archive; not thread-safe.</summary>
internal sealed class CheckpointIntake : IDisposable
{
    private readonly CheckpointVerificationOptions _options;
    private readonly TemporaryDirectory _directory;
    private readonly ViolationList _violations;
    private readonly ViolationList _rowViolations;
    private readonly ViolationList _rowWarnings;
    private readonly RowSetChecker _rows;
    private readonly MemberIntake _members;
    private readonly ArtifactSpool? _artifacts;

    private CheckpointIntake(CheckpointVerificationOptions options, TemporaryDirectory directory, IntakeParts kept)
    {
        _options = options;
        _directory = directory;
        _violations = new ViolationList(options.Limits.MaxViolations);
        _rowViolations = new ViolationList(options.Limits.MaxViolations);
        _rowWarnings = new ViolationList(options.Limits.MaxViolations);
        _rows = new RowSetChecker(options.Limits, directory, _rowViolations, _rowWarnings);
        _artifacts = kept.HasFlag(IntakeParts.Artifacts) ? new ArtifactSpool(directory) : null;
        _members = new MemberIntake(
            options.Limits, directory, _violations, _rows, _rowViolations, kept.HasFlag(IntakeParts.Rows), _artifacts);
    }

    /// <summary>Reads and checks an archive. Findings are data; failed I/O and cancellation throw, and leave no file behind.</summary>
    /// <param name="archive">The tar; left open.</param>
    /// <param name="validator">The cross-reference check; one that begins early is disposed when this fails.</param>
    /// <param name="options">Depth, limits and places.</param>
    /// <param name="kept">What stays on disk besides the bundle.</param>
    /// <param name="cancellationToken">Observed throughout.</param>
    public static async Task<SpooledCheckpoint> ReadAsync(
        Stream archive, ICrossReferenceValidator validator, CheckpointVerificationOptions options, IntakeParts kept, CancellationToken cancellationToken)
    {
        var directory = TemporaryDirectory.Create(options.TemporaryDirectory);
        try
        {
            using var intake = new CheckpointIntake(options, directory, kept);
            return await intake.RunAsync(archive, validator, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (validator is IEarlyBundleCheck early)
            {
                // It reads the bundle in the directory.
                await early.DisposeAsync().ConfigureAwait(false);
            }

            directory.Dispose();
            throw;
        }
    }

    public void Dispose() => _rows.Dispose();

    private async Task<SpooledCheckpoint> RunAsync(Stream archive, ICrossReferenceValidator validator, CancellationToken cancellationToken)
    {
        var progress = new ArchiveProgress(_options.Progress, archive.CanSeek ? archive.Length - archive.Position : null);
        var reader = new CheckpointArchiveReader(archive, _options.Limits, leaveOpen: true, _violations, progress);
        await using var closing = reader.ConfigureAwait(false);
        var isWhole = await ReadMembersAsync(reader, progress, cancellationToken).ConfigureAwait(false);
        CrossReferenceReport? crossReferences = null;
        if (isWhole && _members.Layout is not null)
        {
            if (_members.Bundle is { } bundle && validator is IEarlyBundleCheck early && _violations.Total + _rowViolations.Total == 0)
            {
                early.Begin(bundle, cancellationToken);
            }

            await _members.CompleteAsync(cancellationToken).ConfigureAwait(false);
            _rows.Complete(cancellationToken);
            crossReferences = await ValidateAsync(validator, cancellationToken).ConfigureAwait(false);
        }

        return new SpooledCheckpoint(_directory)
        {
            Report = Summarise(reader, crossReferences),
            Experiment = _members.Experiment,
            Bundle = _members.Bundle ?? RepoBundle.Empty,
            References = _rows.References,
            RowFiles = _members.RowFiles,
            ConfigFile = _members.ConfigFile,
            Artifacts = _artifacts,
            ArtifactUses = _rows.ArtifactUses,
        };
    }

    /// <summary>Reads to the end of the archive, or to where it makes no sense to go on.</summary>
    private async Task<bool> ReadMembersAsync(CheckpointArchiveReader reader, ArchiveProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            while (await reader.ReadNextAsync(cancellationToken).ConfigureAwait(false) is { } member)
            {
                progress.Name(member.Path);
                progress.Report(reader.BytesRead);
                if (!await _members.TakeAsync(member, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }

            progress.Name(null);
            progress.Report(reader.BytesRead);
        }
        catch (CheckpointInvalidException damage)
        {
            // Only the archive reader throws it here. What was found before stays worth telling.
            _violations.AddRange(damage.Violations, damage.TotalViolations);
            return false;
        }

        if (_members.Layout is null)
        {
            _violations.Add(CheckpointRule.Layout, CheckpointManifest.FileName, null, null, null, "the archive has no manifest");
        }

        return true;
    }

    private async Task<CrossReferenceReport?> ValidateAsync(ICrossReferenceValidator validator, CancellationToken cancellationToken)
        => _members.Bundle is not { } bundle ? null : await validator.ValidateAsync(
            bundle,
            _rows.References,
            new CrossReferenceOptions
            {
                Depth = _options.Depth,
                Limits = _options.Limits,
                TemporaryDirectory = _directory.Path,
                Progress = _options.Progress,
            },
            cancellationToken).ConfigureAwait(false);

    private static CrossReferenceReport Relisted(CrossReferenceReport report, IReadOnlyList<CheckpointViolation> violations) => new()
    {
        Skipped = report.Skipped,
        Violations = violations,
        TotalViolations = report.TotalViolations,
        Warnings = report.Warnings,
        RefCount = report.RefCount,
        ObjectCount = report.ObjectCount,
        ReachableCommitCount = report.ReachableCommitCount,
    };

    private CheckpointVerificationReport Summarise(CheckpointArchiveReader reader, CrossReferenceReport? crossReferences)
    {
        // The row checks know the files by their standard names; the manifest may call them otherwise.
        IReadOnlyList<CheckpointViolation> Localise(IReadOnlyList<CheckpointViolation> found)
            => _members.Layout is { } layout ? [.. found.Select(layout.Localise)] : found;

        var all = new ViolationList(_options.Limits.MaxViolations);
        var warnings = reader.Warnings.ToList();
        warnings.AddRange(_members.Warnings);
        if (_members.OtherVersion is null)
        {
            all.AddRange(_violations.Listed, _violations.Total);
            all.AddRange(Localise(_rowViolations.Listed), _rowViolations.Total);
            warnings.AddRange(_rowWarnings.ToWarnings(CheckpointWarningCode.Row, "warnings about rows", Localise));
            if (crossReferences is not null)
            {
                crossReferences = Relisted(crossReferences, Localise(crossReferences.Violations));
                all.AddRange(crossReferences.Violations, crossReferences.TotalViolations);
                warnings.AddRange(crossReferences.Warnings);
            }
        }

        return new CheckpointVerificationReport
        {
            Problem = _members.OtherVersion?.OtherVersion ?? (all.Total > 0 ? CheckpointProblem.CheckpointInvalid : null),
            Detail = _members.OtherVersion?.Message ?? (all.Listed.Count > 0 ? all.Listed[0].ToString() : null),
            Violations = all.Listed,
            TotalViolations = all.Total,
            Warnings = warnings,
            Manifest = _members.Manifest,
            RowCounts = CheckpointManifestCounts.From(_rows.Count),
            CrossReferences = crossReferences,
            HasBundle = _members.Bundle is { IsEmpty: false },
            Members = _members.Sizes,
            ArtifactCount = _members.ArtifactCount,
            ArtifactBytes = _members.ArtifactBytes,
            ArchiveBytes = reader.BytesRead,
        };
    }
}
