namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>One violation in a problem document.</summary>
internal sealed record ProblemViolation(CheckpointRule Rule, string? Member, long? Line, string? Record, string? Field, string Message);
