using System.Globalization;
using System.Text;
using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Format.Rows.Keys;

namespace Eden.Checkpoint.Comparison;

/// <summary>Compares two rows of one registry and tells allowed differences from others. Reusable; not thread-safe.</summary>
internal sealed class RecordComparer : IJsonMismatchSink
{
    private const string Unshown = "(not shown: a credential)";

    private readonly ComparisonFindings _findings;
    private readonly CheckpointComparisonOptions _options;
    private readonly byte[] _leftExperiment;
    private readonly byte[] _rightExperiment;
    private readonly bool _idsDiffer;
    private readonly JsonDifferencer _differencer = new();
    private readonly JsonTokens _left = new();
    private readonly JsonTokens _right = new();
    private readonly GroupMembers _leftMembers = new();
    private readonly GroupMembers _rightMembers = new();

    private RegistryKind _kind;
    private ReadOnlyMemory<byte> _key;
    private bool _claimReverted;
    private bool _claimCounted;
    private bool _probing;
    private bool _probeFailed;

    /// <param name="findings">Where differences and allowances go.</param>
    /// <param name="options">What is allowed.</param>
    /// <param name="leftExperiment">The id of the left side's experiment, as its JSON string stands.</param>
    /// <param name="rightExperiment">The same of the right side.</param>
    public RecordComparer(
        ComparisonFindings findings, CheckpointComparisonOptions options, byte[] leftExperiment, byte[] rightExperiment)
    {
        _findings = findings;
        _options = options;
        _leftExperiment = leftExperiment;
        _rightExperiment = rightExperiment;
        _idsDiffer = !JsonStringText.SameText(leftExperiment, rightExperiment);
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

        _probing = false;
        if (kind == RegistryKind.Groups && _findings.Allows(CheckpointAllowances.RepeatedMember))
        {
            (left, right) = MembersOnce(key, left, right);
        }

        Run(kind, key, left, right);
        if (_idsDiffer)
        {
            RequireOwnExperiments();
        }
    }

    /// <summary>Tells whether two rows are equal but for what is allowed. Nothing is recorded.</summary>
    public bool Matches(RegistryKind kind, ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        if (left.Span.SequenceEqual(right.Span))
        {
            return true;
        }

        _probing = true;
        _probeFailed = false;
        Run(kind, default, left, right);
        return !_probeFailed;
    }

    /// <inheritdoc/>
    void IJsonMismatchSink.OnMismatch(JsonMismatch mismatch)
    {
        var allowance = AllowanceFor(mismatch);
        if (_probing)
        {
            _probeFailed |= allowance == CheckpointAllowances.None;
            return;
        }

        if (allowance == CheckpointAllowances.ClaimReverted)
        {
            // State and claim change together: one use, listed by its state.
            if (_claimCounted)
            {
                return;
            }

            _claimCounted = true;
        }

        if (allowance != CheckpointAllowances.None)
        {
            if (_findings.ListsSamples(allowance))
            {
                _findings.Allow(allowance, Describe(mismatch));
            }
            else
            {
                _findings.CountAllowed(allowance);
            }
        }
        else if (_findings.ListsDifferences)
        {
            _findings.Differ(Describe(mismatch));
        }
        else
        {
            _findings.DifferUnlisted();
        }
    }

    private CheckpointDifference Describe(JsonMismatch mismatch)
    {
        var difference = ShownJson.Difference(RowObjectKind.Of(_kind), ShownJson.OfKey(_key.Span), mismatch);
        return !IsOfCredential(mismatch) && !IsClaimWithCredential(mismatch) ? difference : difference with
        {
            Left = difference.Left is null ? null : Unshown,
            Right = difference.Right is null ? null : Unshown,
        };
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

    private void Run(RegistryKind kind, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        _kind = kind;
        _key = key;
        _left.Read(left, _options.Limits.MaxJsonDepth);
        _right.Read(right, _options.Limits.MaxJsonDepth);
        _claimCounted = false;
        if (kind == RegistryKind.Tasks)
        {
            _claimReverted = _findings.Allows(CheckpointAllowances.ClaimReverted)
                && (WasReverted(_left, _right) || (!_options.RightImportedFromLeft && WasReverted(_right, _left)));
        }

        _differencer.Compare(_left, _right, this);
    }

    /// <summary>Two experiments with different ids: a row that names the same one on both sides was not rewritten, equal as it is.</summary>
    private void RequireOwnExperiments()
    {
        var (left, right) = (FindExperimentId(_left), FindExperimentId(_right));
        if (left < 0 || right < 0 || !IsText(_left, left) || !IsText(_right, right)
            || !JsonStringText.SameText(_left.Bytes(left), _right.Bytes(right)))
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
            RowObjectKind.Of(_kind),
            ShownJson.OfKey(_key.Span),
            _kind == RegistryKind.Tasks ? "payload.experiment_id" : "experiment_id",
            ShownJson.Of(_left, left) + (isLeft ? string.Empty : Foreign),
            ShownJson.Of(_right, right) + (isLeft ? Foreign : string.Empty)));
    }

    /// <summary>Finds the field that an import rewrites; -1 when the record has none.</summary>
    private int FindExperimentId(JsonTokens tokens) => _kind switch
    {
        RegistryKind.Submissions => -1,
        RegistryKind.Tasks => tokens.Find(tokens.Find(0, "payload"u8), "experiment_id"u8),
        _ => tokens.Find(0, "experiment_id"u8),
    };

    private static bool WasReverted(JsonTokens source, JsonTokens imported)
        => source.IsString(source.Find(0, "state"u8), "claimed"u8)
            && source.Find(0, "claim"u8) >= 0
            && imported.IsString(imported.Find(0, "state"u8), "pending"u8)
            && imported.Find(0, "claim"u8) < 0;

    private CheckpointAllowances AllowanceFor(JsonMismatch mismatch)
    {
        var allowance = _kind switch
        {
            _ when IsOfCredential(mismatch) => CheckpointAllowances.Credentials,
            _ when _kind is not (RegistryKind.Tasks or RegistryKind.Submissions) && mismatch.IsField("experiment_id"u8)
                => NamesOwnExperiments(mismatch) ? CheckpointAllowances.ExperimentId : CheckpointAllowances.None,
            RegistryKind.Tasks => ForTask(mismatch),
            RegistryKind.Ideas or RegistryKind.Variants or RegistryKind.Submissions => ForArtifacts(mismatch),
            RegistryKind.Events when mismatch.IsField("event_id"u8) => CheckpointAllowances.EventId,
            _ => CheckpointAllowances.None,
        };
        return _findings.Allows(allowance) ? allowance : CheckpointAllowances.None;
    }

    /// <summary>Tells whether a difference is in what exports leave out of rows (spec §4).</summary>
    private bool IsOfCredential(JsonMismatch mismatch)
    {
        var position = _kind == RegistryKind.Tasks ? 1 : 0;
        if (!CredentialFields.Concern(_kind) || (position == 1 && !mismatch.IsName(0, "claim"u8)))
        {
            return false;
        }

        foreach (var name in CredentialFields.Names(_kind))
        {
            if (mismatch.IsName(position, name))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsClaimWithCredential(JsonMismatch mismatch)
        => _kind == RegistryKind.Tasks && mismatch.IsField("claim"u8)
            && (HasToken(mismatch.Left, mismatch.LeftToken) || HasToken(mismatch.Right, mismatch.RightToken));

    private static bool HasToken(JsonTokens tokens, int claim) => CredentialFields.Names(RegistryKind.Tasks).Any(name => tokens.Find(claim, name) >= 0);

    private CheckpointAllowances ForTask(JsonMismatch mismatch)
    {
        if (_claimReverted && (mismatch.IsField("state"u8) || mismatch.IsField("claim"u8)))
        {
            return CheckpointAllowances.ClaimReverted;
        }

        return mismatch.Depth == 2 && mismatch.IsName(0, "payload"u8) && mismatch.IsName(1, "experiment_id"u8)
            && NamesOwnExperiments(mismatch)
            ? CheckpointAllowances.ExperimentId
            : CheckpointAllowances.None;
    }

    private CheckpointAllowances ForArtifacts(JsonMismatch mismatch)
    {
        var isUri = mismatch.IsField("artifacts_uri"u8)
            || (_kind == RegistryKind.Variants && mismatch.IsField("executor_artifacts_uri"u8));
        return isUri && IsText(mismatch.Left, mismatch.LeftToken) && IsText(mismatch.Right, mismatch.RightToken)
            && NameSameBytes(mismatch) != false
            ? CheckpointAllowances.ArtifactUri
            : CheckpointAllowances.None;
    }

    private bool NamesOwnExperiments(JsonMismatch mismatch)
        => IsText(mismatch.Left, mismatch.LeftToken)
            && IsText(mismatch.Right, mismatch.RightToken)
            && JsonStringText.SameText(mismatch.Left.Bytes(mismatch.LeftToken), _leftExperiment)
            && JsonStringText.SameText(mismatch.Right.Bytes(mismatch.RightToken), _rightExperiment);

    private static bool IsText(JsonTokens tokens, int token) => token >= 0 && tokens[token].Kind == System.Text.Json.JsonTokenType.String;

    /// <summary>Tells whether two URIs name the same bytes; <see langword="null"/> when one of them does not say.</summary>
    private static bool? NameSameBytes(JsonMismatch mismatch)
        => HashIn(mismatch.Left, mismatch.LeftToken) is { } left && HashIn(mismatch.Right, mismatch.RightToken) is { } right ? left == right : null;

    private static string? HashIn(JsonTokens tokens, int token)
        => ArtifactLocation.TryParseContent(Encoding.UTF8.GetString(JsonStringText.Decode(tokens.Bytes(token))), out var sha256) ? sha256 : null;
}
