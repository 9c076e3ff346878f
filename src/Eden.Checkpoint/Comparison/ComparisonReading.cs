using Eden.Shared;

namespace Eden.Checkpoint.Comparison;

/// <summary>What a side needs to be read.</summary>
/// <param name="Directory">Where the side's temporary files go; no other side's do.</param>
/// <param name="Validator">The cross-reference check of archives.</param>
/// <param name="Options">The comparison's options.</param>
internal sealed record ComparisonReading(TemporaryDirectory Directory, ICrossReferenceValidator Validator, CheckpointComparisonOptions Options);
