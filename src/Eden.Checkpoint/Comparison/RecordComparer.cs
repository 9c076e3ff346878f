using System.Globalization;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Comparison;

/// <summary>Compares two rows of one registry and tells allowed differences from others. Reusable; not thread-safe.</summary>
internal sealed class RecordComparer
{
    private readonly ComparisonFindings _findings;
    private readonly int _maxDepth;
    private readonly byte[] _leftExperiment;
    private readonly byte[] _rightExperiment;
    private readonly bool _idsDiffer;
    private readonly RecordAllowances _allowances;
    private readonly MismatchRecorder _recorder;
    private readonly MismatchProbe _probe;
    private readonly JsonDifferencer _differencer = new();
    private readonly JsonTokens _left = new();
    private readonly JsonTokens _right = new();
    private readonly GroupMembers _leftMembers = new();
    private readonly GroupMembers _rightMembers = new();

    /// <param name="findings">Where differences and allowances go.</param>
    /// <param name="options">What is allowed.</param>
    /// <param name="leftExperiment">The id of the left side's experiment, as its JSON string stands.</param>
    /// <param name="rightExperiment">The same of the right side.</param>
    public RecordComparer(
        ComparisonFindings findings, CheckpointComparisonOptions options, byte[] leftExperiment, byte[] rightExperiment)
    {
        _findings = findings;
        _maxDepth = options.Limits.MaxJsonDepth;
        _leftExperiment = leftExperiment;
        _rightExperiment = rightExperiment;
        _idsDiffer = !JsonStringText.SameText(leftExperiment, rightExperiment);
        _allowances = new RecordAllowances(findings, options.RightImportedFromLeft, leftExperiment, rightExperiment);
        _recorder = new MismatchRecorder(findings, _allowances);
        _probe = new MismatchProbe(_allowances);
    }

    /// <summary>Compares two rows and records what differs.</summary>
    /// <param name="kind">The registry.</param>
    /// <param name="key">The row's id as its JSON string stands, for messages.</param>
    /// <param name="left">The left row.</param>
    /// <param name="right">The right row.</param>
    public void Compare(RegistryKind kind, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        if (!_idsDiffer && left.Span.SequenceEqual(right.Span))
        {
            return;
        }

        if (kind == RegistryKind.Groups && _findings.Allows(CheckpointAllowances.RepeatedMember))
        {
            (left, right) = MembersOnce(key, left, right);
        }

        _recorder.Begin(key);
        Run(kind, left, right, _recorder);
        if (_idsDiffer)
        {
            RequireOwnExperiments(kind, key);
        }
    }

    /// <summary>Tells whether two rows are equal but for what is allowed. Nothing is recorded.</summary>
    public bool Matches(RegistryKind kind, ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        if (left.Span.SequenceEqual(right.Span))
        {
            return true;
        }

        _probe.Begin();
        Run(kind, left, right, _probe);
        return _probe.IsMatch;
    }

    private void Run(RegistryKind kind, ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right, IJsonMismatchSink sink)
    {
        _left.Read(left, _maxDepth);
        _right.Read(right, _maxDepth);
        _allowances.Begin(kind, _left, _right);
        _differencer.Compare(_left, _right, sink);
    }

    /// <summary>Takes repeated members out of both rows.</summary>
    private (ReadOnlyMemory<byte> Left, ReadOnlyMemory<byte> Right) MembersOnce(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        var once = (_leftMembers.Once(left), _rightMembers.Once(right));
        if (_leftMembers.Repeated != _rightMembers.Repeated)
        {
            _findings.Allow(CheckpointAllowances.RepeatedMember, new CheckpointDifference(
                CheckpointObjectKind.Group, ShownJson.OfKey(key.Span), "members", Count(_leftMembers), Count(_rightMembers)));
        }

        return once;

        static string Count(GroupMembers members) => string.Create(CultureInfo.InvariantCulture, $"{members.Repeated} named again");
    }

    /// <summary>Two experiments with different ids: a row that names the same one on both sides was not rewritten, equal as it is.</summary>
    private void RequireOwnExperiments(RegistryKind kind, ReadOnlyMemory<byte> key)
    {
        var (left, right) = (FindExperimentId(kind, _left), FindExperimentId(kind, _right));
        if (!_left.IsString(left) || !_right.IsString(right) || !JsonStringText.SameText(_left.Bytes(left), _right.Bytes(right)))
        {
            return;
        }

        var isLeft = JsonStringText.SameText(_left.Bytes(left), _leftExperiment);
        if (!isLeft && !JsonStringText.SameText(_left.Bytes(left), _rightExperiment))
        {
            return;
        }

        const string Foreign = ", not its own side's";
        _findings.Differ(new CheckpointDifference(
            RowObjectKind.Of(kind),
            ShownJson.OfKey(key.Span),
            kind == RegistryKind.Tasks ? "payload.experiment_id" : "experiment_id",
            ShownJson.Of(_left, left) + (isLeft ? string.Empty : Foreign),
            ShownJson.Of(_right, right) + (isLeft ? Foreign : string.Empty)));
    }

    /// <summary>Finds the field that an import rewrites; -1 when the record has none.</summary>
    private static int FindExperimentId(RegistryKind kind, JsonTokens tokens) => kind switch
    {
        RegistryKind.Submissions => -1,
        RegistryKind.Tasks => tokens.Find(tokens.Find(0, "payload"u8), "experiment_id"u8),
        _ => tokens.Find(0, "experiment_id"u8),
    };
}
