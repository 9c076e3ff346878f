namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>The answer to an import.</summary>
internal sealed record ImportAnswer(string ExperimentId, IReadOnlyList<string> Warnings);
