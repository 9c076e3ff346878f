using Eden.Checkpoint.Comparison;
using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Compares two checkpoints, archives or stores in any pairing, object by object (spec §9, round trip).</summary>
/// <remarks>
/// <para>JSON compares by meaning: key order is free, <c>1</c> equals <c>1.0</c> equals <c>10e-1</c> whatever a double could hold, escaped and raw
/// text are the same. Unknown fields count. Only the differences of <see cref="CheckpointAllowances"/> are allowed; each use is counted and listed.</para>
/// <para>Archives are verified in full first. Rows are copied to temporary files, sorted when their writer did not, and merged: memory holds
/// one row of each side, a few events, and some tens of bytes for each ref and object of the repositories.</para>
/// <para>Thread-safe: calls share nothing.</para>
/// </remarks>
/// <example>
/// <code>
/// var comparison = await new CheckpointComparer().CompareAsync(
///     CheckpointComparisonSource.FromArchive(exportedPath), CheckpointComparisonSource.FromArchive(exportedAgainPath), cancellationToken: cancellationToken);
/// Console.WriteLine(comparison.IsEqual ? "equal" : string.Join(Environment.NewLine, comparison.Differences));
/// </code>
/// </example>
public sealed class CheckpointComparer
{
    private readonly ICrossReferenceValidator _validator;
    private readonly CheckpointComparisonOptions _options;

    /// <summary>Creates a comparer.</summary>
    /// <param name="validator">The cross-reference check that archives must pass before they are compared; <see langword="null"/> for <see cref="CrossReferenceValidator"/>.</param>
    /// <param name="options">The options of comparisons that are given none; <see langword="null"/> for the defaults.</param>
    public CheckpointComparer(ICrossReferenceValidator? validator = null, CheckpointComparisonOptions? options = null)
    {
        _validator = validator ?? new CrossReferenceValidator();
        _options = options ?? new CheckpointComparisonOptions();
    }

    /// <summary>Compares two sides. When one was imported from the other, the source belongs on the left.</summary>
    /// <param name="left">The left side.</param>
    /// <param name="right">The right side.</param>
    /// <param name="options">What is allowed, and how much is listed; <see langword="null"/> uses the comparer's.</param>
    /// <param name="cancellationToken">Observed at least once per buffer; temporary files are gone before the task ends.</param>
    /// <returns>What differs. Differences are data: only a side that cannot be read throws.</returns>
    /// <exception cref="CheckpointInvalidException">An archive is invalid, or a store holds rows that are no JSON objects with an id.</exception>
    /// <exception cref="UnsupportedCheckpointVersionException">An archive's format version is not "1".</exception>
    /// <exception cref="SpecVersionMismatchException">An archive's spec version is not "v0".</exception>
    /// <exception cref="ExperimentNotFoundException">A store holds no experiment.</exception>
    /// <exception cref="CheckpointRepoUnavailableException">A store's repository cannot be bundled.</exception>
    public async Task<CheckpointComparison> CompareAsync(
        CheckpointComparisonSource left,
        CheckpointComparisonSource right,
        CheckpointComparisonOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        options ??= _options;

        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.compare");
        using var leftDirectory = TemporaryDirectory.Create(options.TemporaryDirectory);
        using var rightDirectory = TemporaryDirectory.Create(options.TemporaryDirectory);
        using var leftSide = await left.ReadAsync(new ComparisonReading(leftDirectory, _validator, options), cancellationToken).ConfigureAwait(false);
        using var rightSide = await right.ReadAsync(new ComparisonReading(rightDirectory, _validator, options), cancellationToken).ConfigureAwait(false);

        var findings = new ComparisonFindings(options);
        new ArchivePartsComparer(findings, options).Compare(leftSide, rightSide);
        new ExperimentComparer(findings, options).Compare(leftSide, rightSide);
        var rows = await CompareRowsAsync(leftSide, rightSide, findings, options, cancellationToken).ConfigureAwait(false);
        var repository = await new RepositoryComparer(findings, options).CompareAsync(leftSide, rightSide, cancellationToken).ConfigureAwait(false);
        activity?.SetTag("eden.checkpoint.rows", rows.Sum(static count => count.Left + count.Right));
        activity?.SetTag("eden.checkpoint.differences", findings.TotalDifferences);
        return new CheckpointComparison
        {
            LeftName = left.Name,
            RightName = right.Name,
            Differences = findings.Differences,
            TotalDifferences = findings.TotalDifferences,
            Allowances = findings.Allowances(),
            Rows = rows,
            Repository = repository,
            Warnings = findings.Warnings,
        };
    }

    private static async Task<CheckpointRowCount[]> CompareRowsAsync(
        ComparisonSide left,
        ComparisonSide right,
        ComparisonFindings findings,
        CheckpointComparisonOptions options,
        CancellationToken cancellationToken)
    {
        var comparer = new RecordComparer(findings, options, left.ExperimentId, right.ExperimentId);
        var counts = new CheckpointRowCount[RegistryFiles.Count];
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            var (lefts, rights) = (left.Rows[(int)kind], right.Rows[(int)kind]);
            counts[(int)kind] = new CheckpointRowCount(kind, lefts.Count, rights.Count);
            options.Progress?.Report(new CheckpointProgress(
                CheckpointPhase.Compare, (int)kind, RegistryFiles.Count, RegistryFiles.FileName(kind)));
            if (kind == RegistryKind.Events)
            {
                await new EventLogComparison(comparer, findings)
                    .CompareAsync(lefts, rights, options.Limits.MaxJsonDepth, cancellationToken).ConfigureAwait(false);
                continue;
            }

            // Only stores hold credentials, and a comparison never reads one: each worker that both sides have stands for its own.
            var credentials = kind == RegistryKind.Workers && (left.IsStore || right.IsStore);
            await new RegistryMerge(comparer, findings, options.Limits.MaxJsonDepth)
                .CompareAsync(lefts, rights, credentials ? AllowCredential : null, cancellationToken).ConfigureAwait(false);
        }

        options.Progress?.Report(new CheckpointProgress(CheckpointPhase.Compare, RegistryFiles.Count, RegistryFiles.Count));
        return counts;

        void AllowCredential(ReadOnlyMemory<byte> key)
        {
            if (findings.Allows(CheckpointAllowances.Credentials))
            {
                findings.Allow(
                    CheckpointAllowances.Credentials,
                    new CheckpointDifference(CheckpointObjectKind.Worker, ShownJson.OfKey(key.Span), "credential", null, null));
            }
        }
    }
}
