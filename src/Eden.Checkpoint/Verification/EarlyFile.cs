namespace Eden.Checkpoint.Verification;

/// <summary>A file or directory that came before the manifest.</summary>
/// <param name="Path">The path under the root.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
/// <param name="SpooledPath">Where the content is kept; <see langword="null"/> for a directory and when there were too many files.</param>
internal sealed record EarlyFile(string Path, long Length, bool IsDirectory, string? SpooledPath);
