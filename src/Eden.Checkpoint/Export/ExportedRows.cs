using System.Globalization;
using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Export;

/// <summary>What is known of the rows of one export while they go by: their checker, what is wrong, and what is odd. Not thread-safe.</summary>
internal sealed class ExportedRows : IDisposable
{
    // Manifest, config, experiment, seven registries, bundle.
    private const long FilesBesideArtifacts = 11;

    private readonly CheckpointLimits _limits;
    private readonly bool _allowViolations;
    private readonly ViolationList _violations;
    private readonly ViolationList _warnings;
    private bool _isBeyondLimits;

    /// <param name="limits">The limits that the archive must keep.</param>
    /// <param name="allowViolations">Whether rows that break the rules of the format are written all the same.</param>
    /// <param name="spill">Where the checker's keys go that do not fit into memory.</param>
    public ExportedRows(CheckpointLimits limits, bool allowViolations, TemporaryDirectory spill)
    {
        _limits = limits;
        _allowViolations = allowViolations;
        _violations = new ViolationList(limits.MaxViolations);
        _warnings = new ViolationList(limits.MaxViolations);
        Checker = new RowSetChecker(limits, spill, _violations, _warnings, isExport: true);
    }

    public RowSetChecker Checker { get; }

    /// <summary>Gets the branches and commits that the rows name.</summary>
    public CheckpointReferences References => Checker.References;

    /// <summary>Gets a value indicating whether an import would accept the rows.</summary>
    public bool AreImportable => _violations.Total == 0;

    /// <summary>Returns what writes the rows to the spool.</summary>
    public RowSpooling SpoolTo(TemporaryDirectory spool, IProgress<CheckpointProgress>? progress)
        => new(Checker, _violations, _warnings, spool, _limits, progress);

    /// <summary>Refuses a file that no importer with these limits takes.</summary>
    public void RequireWithin(string member, long length, long limit)
    {
        if (length > limit)
        {
            _isBeyondLimits = true;
            _violations.Add(CheckpointRule.Limit, member, null, null, null, string.Create(
                CultureInfo.InvariantCulture, $"the file has {length} bytes; the limit is {limit}"));
        }
    }

    /// <summary>Takes what is wrong with a row that names an artifact.</summary>
    public void AddArtifactFault(ArtifactUse use, CheckpointViolation fault)
    {
        if (use.Kind == RegistryKind.Submissions && fault.Rule == CheckpointRule.Artifact)
        {
            // What a worker handed in without success may name anything.
            Checker.AddSubmissionFault(use.Line, fault);
        }
        else
        {
            _violations.Add(fault);
        }
    }

    /// <summary>Checks what holds between rows, and between rows and artifacts. Called once, after the last row.</summary>
    /// <exception cref="CheckpointInvalidException">The archive must not be written.</exception>
    public void Complete(GatheredArtifacts artifacts, CancellationToken cancellationToken)
    {
        foreach (var (sha256, _) in artifacts.Spool.Files())
        {
            Checker.AddArtifact(sha256);
        }

        if (FilesBesideArtifacts + artifacts.Count is var members && members > _limits.MaxMembers)
        {
            _isBeyondLimits = true;
            _violations.Add(CheckpointRule.Limit, null, null, null, null, string.Create(
                CultureInfo.InvariantCulture, $"the archive would have {members} members; the limit is {_limits.MaxMembers}"));
        }

        Checker.Complete(cancellationToken);
        ThrowIfInvalid();
    }

    /// <summary>Throws when the archive must not be written.</summary>
    /// <exception cref="CheckpointInvalidException">It must not.</exception>
    public void ThrowIfInvalid()
    {
        if (_violations.Total > 0 && (_isBeyondLimits || !_allowViolations))
        {
            throw new CheckpointInvalidException(_violations.Listed, _violations.Total);
        }
    }

    /// <summary>Returns what the operator should know of the rows.</summary>
    public IEnumerable<CheckpointWarning> Warnings()
    {
        if (_violations.Total > 0)
        {
            yield return new CheckpointWarning(CheckpointWarningCode.RowViolation, string.Create(
                CultureInfo.InvariantCulture, $"The archive cannot be imported: its rows break {_violations.Total} rules, and it was written because that was allowed."));
        }

        foreach (var warning in _violations.ToWarnings(CheckpointWarningCode.RowViolation, "violations").Concat(_warnings.ToWarnings(CheckpointWarningCode.Row, "warnings about rows")))
        {
            yield return warning;
        }
    }

    public void Dispose() => Checker.Dispose();
}
