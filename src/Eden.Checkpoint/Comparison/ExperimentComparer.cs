using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Comparison;

/// <summary>Compares the two runtime records, <c>experiment.json</c>. Used once.</summary>
internal sealed class ExperimentComparer(ComparisonFindings findings, CheckpointComparisonOptions options) : IJsonMismatchSink
{
    private readonly JsonTokens _left = new();
    private readonly JsonTokens _right = new();
    private bool _importedFromCounted;

    public void Compare(ComparisonSide left, ComparisonSide right)
    {
        _left.Read(left.Experiment, options.Limits.MaxJsonDepth);
        _right.Read(right.Experiment, options.Limits.MaxJsonDepth);
        new JsonDifferencer().Compare(_left, _right, this);
        if (options.RightImportedFromLeft && !NamesSource(left))
        {
            findings.Warn(CheckpointWarningCode.Provenance, $"The imported_from of {right.Name} does not name {left.Name} as the source of its import.");
        }
    }

    /// <summary>Tells whether the right side's provenance is the left side; an archive is known by the instant of its snapshot too.</summary>
    private bool NamesSource(ComparisonSide left)
    {
        var provenance = _right.Find(0, "imported_from"u8);
        var source = _right.Find(provenance, "source_experiment_id"u8);
        if (source < 0 || !JsonStringText.SameText(_right.Bytes(source), left.ExperimentId))
        {
            return false;
        }

        if (left.Manifest is null)
        {
            return true;
        }

        var manifest = new JsonTokens();
        manifest.Read(left.Manifest, options.Limits.MaxJsonDepth);
        var exportedAt = manifest.Find(0, "exported_at"u8);
        var recorded = _right.Find(provenance, "checkpoint_exported_at"u8);
        return recorded >= 0 && exportedAt >= 0 && JsonStringText.SameText(_right.Bytes(recorded), manifest.Bytes(exportedAt));
    }

    /// <inheritdoc/>
    void IJsonMismatchSink.OnMismatch(JsonMismatch mismatch)
    {
        if (mismatch.IsField("dispatch_mode"u8) && (mismatch.LeftToken < 0 || mismatch.RightToken < 0))
        {
            CompareWithDefaults(mismatch);
            return;
        }

        if (mismatch.IsName(0, "imported_from"u8))
        {
            RecordImportedFrom(mismatch);
            return;
        }

        Record(AllowanceFor(mismatch), ShownJson.Difference(CheckpointObjectKind.Experiment, null, mismatch));
    }

    private void Record(CheckpointAllowances allowance, CheckpointDifference difference)
    {
        if (allowance == CheckpointAllowances.None || !findings.Allows(allowance))
        {
            findings.Differ(difference);
        }
        else
        {
            findings.Allow(allowance, difference);
        }
    }

    /// <summary>However many of its fields differ, it is one provenance; absent and <c>null</c> both say that the experiment is native.</summary>
    private void RecordImportedFrom(JsonMismatch mismatch)
    {
        if (_importedFromCounted || (mismatch.Depth == 1
            && ShownJson.IsNothing(mismatch.Left, mismatch.LeftToken) && ShownJson.IsNothing(mismatch.Right, mismatch.RightToken)))
        {
            return;
        }

        _importedFromCounted = true;
        Record(
            CheckpointAllowances.ImportedFrom,
            new CheckpointDifference(
                CheckpointObjectKind.Experiment, null, "imported_from",
                ShownJson.Of(_left, _left.Find(0, "imported_from"u8)), ShownJson.Of(_right, _right.Find(0, "imported_from"u8))));
    }

    private CheckpointAllowances AllowanceFor(JsonMismatch mismatch)
    {
        if (mismatch.IsField("experiment_id"u8))
        {
            return CheckpointAllowances.ExperimentId;
        }

        if (mismatch.IsField("name"u8))
        {
            // A receiver without a name of its own takes the source's.
            return options.RightImportedFromLeft && ShownJson.IsNothing(mismatch.Right, mismatch.RightToken)
                ? CheckpointAllowances.None
                : CheckpointAllowances.DisplayName;
        }

        return mismatch.Depth == 2 && mismatch.IsName(0, "dispatch_mode"u8) && IsDefault(mismatch) ? CheckpointAllowances.DispatchModeDefault
            : CheckpointAllowances.None;
    }

    /// <summary>One side has no <c>dispatch_mode</c> at all: each decision that the other side names must have its default.</summary>
    private void CompareWithDefaults(JsonMismatch mismatch)
    {
        var isLeft = mismatch.LeftToken >= 0;
        var (tokens, mode) = isLeft ? (mismatch.Left, mismatch.LeftToken) : (mismatch.Right, mismatch.RightToken);
        if (tokens[mode].Kind != JsonTokenType.StartObject)
        {
            findings.Differ(ShownJson.Difference(CheckpointObjectKind.Experiment, null, mismatch));
            return;
        }

        for (var member = mode + 1; member < tokens[mode].Next; member = tokens[member + 1].Next)
        {
            var shown = ShownJson.Of(tokens, member + 1);
            Record(
                IsDefault(tokens, member) ? CheckpointAllowances.DispatchModeDefault : CheckpointAllowances.None,
                new CheckpointDifference(
                    CheckpointObjectKind.Experiment, null, $"dispatch_mode.{ShownJson.OfKey(tokens.Bytes(member))}", isLeft ? shown : null, isLeft ? null : shown));
        }
    }

    private static bool IsDefault(JsonMismatch mismatch)
        => mismatch.LeftToken < 0 ? IsDefault(mismatch.Right, mismatch.RightToken - 1)
            : mismatch.RightToken < 0 && IsDefault(mismatch.Left, mismatch.LeftToken - 1);

    /// <summary>Tells whether a member of <c>dispatch_mode</c> is a decision of the format with its default (spec §4).</summary>
    private static bool IsDefault(JsonTokens tokens, int member)
        => DispatchDefaults.Of(Encoding.UTF8.GetString(JsonStringText.Decode(tokens.Bytes(member)))) is { } value
            && tokens.IsString(member + 1, Encoding.UTF8.GetBytes(value));
}
