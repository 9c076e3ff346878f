namespace Eden.Checkpoint.Comparison;

/// <summary>Records where two rows differ: as differences, or as uses of allowances.</summary>
internal sealed class MismatchRecorder(ComparisonFindings findings, RecordAllowances allowances) : IJsonMismatchSink
{
    private const string Unshown = "(not shown: a credential)";

    private ReadOnlyMemory<byte> _key;
    private bool _claimCounted;

    /// <summary>Turns to two rows.</summary>
    /// <param name="key">Their id as its JSON string stands, for messages.</param>
    public void Begin(ReadOnlyMemory<byte> key)
    {
        _key = key;
        _claimCounted = false;
    }

    public void OnMismatch(JsonMismatch mismatch)
    {
        var allowance = allowances.For(mismatch);
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
            if (findings.ListsSamples(allowance))
            {
                findings.Allow(allowance, Describe(mismatch));
            }
            else
            {
                findings.CountAllowed(allowance);
            }
        }
        else if (findings.ListsDifferences)
        {
            findings.Differ(Describe(mismatch));
        }
        else
        {
            findings.DifferUnlisted();
        }
    }

    private CheckpointDifference Describe(JsonMismatch mismatch)
    {
        var difference = ShownJson.Difference(RowObjectKind.Of(allowances.Kind), ShownJson.OfKey(_key.Span), mismatch);
        return !allowances.HoldsCredential(mismatch) ? difference : difference with
        {
            Left = difference.Left is null ? null : Unshown,
            Right = difference.Right is null ? null : Unshown,
        };
    }
}
