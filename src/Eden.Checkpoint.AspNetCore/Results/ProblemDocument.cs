namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>An RFC 9457 problem document. The violations and their number are extensions, there only when there are any.</summary>
internal sealed record ProblemDocument(
    string Type, string Title, int Status, string Detail, string Instance, IReadOnlyList<ProblemViolation>? Violations = null, long? TotalViolations = null);
