namespace Eden.Checkpoint.Export;

/// <summary>How long the phases took that come before the first archive byte.</summary>
internal readonly record struct PreparationTimes(TimeSpan Snapshot, TimeSpan Artifacts, TimeSpan Bundle, TimeSpan Validate);
