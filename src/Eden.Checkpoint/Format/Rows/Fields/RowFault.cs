namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>Why bytes are not acceptable JSON.</summary>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="Field">The path to the place, when it is known.</param>
/// <param name="IsLimit">Whether a limit was passed, rather than a rule broken.</param>
internal readonly record struct RowFault(string Message, string? Field, bool IsLimit = false);
