namespace Eden.Checkpoint.Import;

/// <summary>An import that has taken place.</summary>
/// <param name="ExperimentId">The id that the experiment landed under.</param>
/// <param name="RevertedClaims">How many claimed tasks became pending.</param>
/// <param name="Warnings">What the operator should know of the transaction.</param>
internal sealed record CommittedImport(string ExperimentId, long RevertedClaims, IReadOnlyList<CheckpointWarning> Warnings);
