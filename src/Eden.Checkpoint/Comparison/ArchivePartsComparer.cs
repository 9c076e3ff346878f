namespace Eden.Checkpoint.Comparison;

/// <summary>Compares what only archives have: the manifest and the experiment's config. Used once.</summary>
internal sealed class ArchivePartsComparer(ComparisonFindings findings, CheckpointComparisonOptions options) : IJsonMismatchSink
{
    public void Compare(ComparisonSide left, ComparisonSide right)
    {
        foreach (var side in (ComparisonSide[])[left, right])
        {
            foreach (var warning in side.Warnings)
            {
                findings.Warn(warning.Code, $"{side.Name}: {warning}");
            }
        }

        if (left.Manifest is null || right.Manifest is null)
        {
            if (left.Manifest is not null || right.Manifest is not null)
            {
                findings.Warn(CheckpointWarningCode.NotCompared, "A store has no experiment config and no manifest: the archive's were not compared.");
            }

            return;
        }

        var lefts = new JsonTokens();
        var rights = new JsonTokens();
        lefts.Read(left.Manifest, options.Limits.MaxJsonDepth);
        rights.Read(right.Manifest, options.Limits.MaxJsonDepth);
        new JsonDifferencer().Compare(lefts, rights, this);
        if (left.ConfigDigest != right.ConfigDigest)
        {
            findings.Differ(new CheckpointDifference(CheckpointObjectKind.ExperimentConfig, null, null, left.ConfigDigest, right.ConfigDigest));
        }
    }

    /// <inheritdoc/>
    void IJsonMismatchSink.OnMismatch(JsonMismatch mismatch)
    {
        var difference = ShownJson.Difference(CheckpointObjectKind.Manifest, null, mismatch);

        var allowance = mismatch.IsName(0, "experiment_id"u8) ? CheckpointAllowances.ExperimentId : CheckpointAllowances.Manifest;
        if (findings.Allows(allowance))
        {
            findings.Allow(allowance, difference);
        }
        else
        {
            findings.Differ(difference);
        }
    }
}
