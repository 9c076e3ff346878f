namespace Eden.Checkpoint.Export;

/// <summary>What the snapshot gave, once it has ended: the rows themselves lie in the spool under their archive names.</summary>
internal sealed record SpooledExperiment(string Id, DateTimeOffset TakenAt, ReadOnlyMemory<byte> Record, long[] Counts, int LongestLine);
