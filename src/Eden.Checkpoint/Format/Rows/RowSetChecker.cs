using System.Globalization;
using System.Text;
using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Format.Rows.Keys;
using Eden.Checkpoint.Format.Rows.Records;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Format.Rows;

/// <summary>Checks the records of one checkpoint (§3, §4) row by row, and what holds between them at the end. Not thread-safe.</summary>
/// <remarks>Memory does not grow with the rows, but for the commits and branches they name and the memberships of groups in groups.</remarks>
internal sealed class RowSetChecker : IDisposable
{
    /// <summary>How many rows may fail to be JSON before further rows are only counted: each costs an exception, and a report that long helps nobody.</summary>
    public const int MostMalformedRows = 10_000;

    private static readonly Record[] s_records =
    [
        new(TaskRecord.Shape, TaskRecord.TaskId, TaskRecord.Check),
        new(IdeaRecord.Shape, IdeaRecord.IdeaId, IdeaRecord.Check),
        new(VariantRecord.Shape, VariantRecord.VariantId, VariantRecord.Check),
        new(SubmissionRecord.Shape, SubmissionRecord.TaskId, SubmissionRecord.Check),
        new(EventRecord.Shape, EventRecord.EventId, EventRecord.Check),
        new(WorkerRecord.Shape, WorkerRecord.WorkerId, WorkerRecord.Check),
        new(GroupRecord.Shape, GroupRecord.GroupId, GroupRecord.Check),
    ];

    // Few submissions need a note: those of tasks that are not completed, and those that are broken.
    private const int LargestSubmissionBuffer = 4 << 20;

    private readonly ViolationList _violations;
    private readonly ViolationList _warnings;
    private readonly RowScanner _scanner;
    private readonly KeyLedger _keys;
    private readonly SubmissionFaults _submissions;
    private readonly GroupGraph _groups;
    private readonly MemberNames _names;
    private readonly RowContext _context;
    private readonly long[] _counts = new long[RegistryFiles.Count];
    private int _malformed;

    /// <summary>Creates a checker.</summary>
    /// <param name="limits">The limits on JSON depth.</param>
    /// <param name="spill">Where keys go that do not fit into memory.</param>
    /// <param name="violations">Takes what is wrong.</param>
    /// <param name="warnings">Takes what is odd and does no harm.</param>
    /// <param name="isExport">Whether the rows are being exported: credentials in them are left out, with a warning, and not refused.</param>
    /// <param name="keyBufferBytes">The memory for keys.</param>
    /// <param name="names">The names of the archive's files; <see langword="null"/> for the standard ones.</param>
    public RowSetChecker(
        CheckpointLimits limits,
        TemporaryDirectory spill,
        ViolationList violations,
        ViolationList warnings,
        bool isExport = false,
        int keyBufferBytes = KeyLedger.DefaultBufferBytes,
        MemberNames? names = null)
    {
        _names = names ?? MemberNames.Standard;
        _violations = violations;
        _warnings = warnings;
        var references = new ReferenceTable(_names);
        References = new CheckpointReferences(references);
        _scanner = new RowScanner(limits.MaxJsonDepth);
        _keys = new KeyLedger(spill, keyBufferBytes);
        _submissions = new SubmissionFaults(spill, Math.Min(keyBufferBytes, LargestSubmissionBuffer));
        _groups = new GroupGraph(_names[RegistryKind.Groups]);
        _context = new RowContext(_scanner, violations, warnings, _keys, _submissions, _groups, references) { LeavesCredentialsOut = isExport };
    }

    /// <summary>Gets the branches and commits that the rows checked so far name.</summary>
    public CheckpointReferences References { get; }

    /// <summary>Gets how many times the rows checked so far name artifacts of the archive (§8).</summary>
    public long ArtifactUses => _context.ArtifactUses;

    /// <summary>Gets the number of rows checked.</summary>
    public long Count(RegistryKind kind) => _counts[(int)kind];

    /// <summary>Checks <c>experiment.json</c>. Rows are compared with its id, or with the expected one.</summary>
    /// <param name="experimentJson">The file's bytes.</param>
    /// <param name="expectedExperimentId">The manifest's or the store's id; <see langword="null"/> to take the record's own.</param>
    public void CheckExperiment(ReadOnlySpan<byte> experimentJson, string? expectedExperimentId)
    {
        _context.ExperimentId = expectedExperimentId is null ? null : Encoding.UTF8.GetBytes(expectedExperimentId);
        Check(_names.Experiment, null, experimentJson, ExperimentRecord.Shape, ExperimentRecord.ExperimentId, ExperimentRecord.Check);
    }

    /// <summary>Checks one row in one forward pass.</summary>
    /// <param name="kind">The registry.</param>
    /// <param name="line">The row's line, counted from 1.</param>
    /// <param name="row">The row's bytes without its newline.</param>
    public CheckedRow CheckRow(RegistryKind kind, long line, ReadOnlySpan<byte> row)
    {
        var index = (int)kind;
        _counts[index]++;
        var record = s_records[index];
        return Check(_names[kind], line, row, record.Shape, record.Id, record.Check);
    }

    /// <summary>Notes what is wrong with the artifact of a submission, which matters where the submission's task is completed.</summary>
    public void AddSubmissionFault(long line, CheckpointViolation fault)
        => _submissions.Add(line, Encoding.UTF8.GetBytes(fault.Record ?? string.Empty), int.MaxValue, fault.Rule, fault.Field, fault.Message);

    /// <summary>Notes an artifact file that the archive carries, so that <see cref="Complete"/> can find those that are missing (§8).</summary>
    /// <param name="sha256">The file's name: 64 lowercase hex digits.</param>
    public void AddArtifact(string sha256) => _keys.Define(KeySpace.Artifact, Encoding.UTF8.GetBytes(sha256), 1);

    /// <summary>Checks what holds between rows: unique ids, references, live tasks, artifacts, cycles of groups. Called once, after the last row.</summary>
    public void Complete(CancellationToken ct)
    {
        var violations = new FindingList(_violations, _names);
        var warnings = new FindingList(_warnings, _names);
        _keys.Complete(new KeyJoin(violations, warnings, _submissions), ct);
        _submissions.Complete(violations, warnings, ct);
        violations.Complete();
        warnings.Complete();
        _groups.Complete(_violations, ct);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _submissions.Dispose();
    }

    private CheckedRow Check(string member, long? line, ReadOnlySpan<byte> json, RecordShape shape, RecordField id, RecordCheck check)
    {
        if (_malformed >= MostMalformedRows)
        {
            return CheckedRow.Unread;
        }

        var complete = _scanner.Scan(json, shape);
        var row = new RowView(_context, member, line, json, id);
        if (_scanner.TotalFaults > 0)
        {
            AddFaults(row);
        }

        if (!complete)
        {
            if (++_malformed == MostMalformedRows)
            {
                row.Add(
                    CheckpointRule.Limit,
                    null,
                    string.Create(CultureInfo.InvariantCulture, $"{MostMalformedRows} rows are not JSON: further rows are not checked"));
            }

            return CheckedRow.Unread;
        }

        var isObject = _scanner.Root.Type == System.Text.Json.JsonTokenType.StartObject;
        if (!isObject)
        {
            row.Add(CheckpointRule.Record, null, $"must be an object, not {_scanner.Root.TypeName}");
        }
        else
        {
            check(ref row);
        }

        return new CheckedRow(IsRead: true, _scanner.IsCompact, MayHoldCredential: !isObject || _scanner.TotalFaults > 0 || HasCredential(shape));
    }

    private bool HasCredential(RecordShape shape)
    {
        foreach (var field in shape.Credentials)
        {
            if (_scanner[field].IsPresent)
            {
                return true;
            }
        }

        return false;
    }

    private void AddFaults(RowView row)
    {
        foreach (var fault in _scanner.Faults)
        {
            row.Add(fault.IsLimit ? CheckpointRule.Limit : CheckpointRule.Json, fault.Field, fault.Message);
        }

        _violations.AddUnlisted(_scanner.TotalFaults - _scanner.Faults.Count);
    }

    private delegate void RecordCheck(ref RowView row);

    private sealed record Record(RecordShape Shape, RecordField Id, RecordCheck Check);
}
