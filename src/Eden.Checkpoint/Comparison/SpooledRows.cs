namespace Eden.Checkpoint.Comparison;

/// <summary>One registry of one side in a temporary file: each row behind its length, four bytes, little-endian.</summary>
/// <param name="Kind">The registry.</param>
/// <param name="Path">The file.</param>
/// <param name="Count">The number of rows.</param>
/// <param name="LongestRow">The length of the longest row, in bytes.</param>
/// <param name="IsSorted">Whether the rows' keys ascend, compared as UTF-8 bytes.</param>
internal sealed record SpooledRows(RegistryKind Kind, string Path, long Count, int LongestRow, bool IsSorted);
