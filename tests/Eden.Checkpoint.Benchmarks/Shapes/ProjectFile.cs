namespace Eden.Checkpoint.Benchmarks;

/// <summary>A file of a project as <c>main</c> has it.</summary>
/// <param name="Path">Its path in the repository.</param>
/// <param name="Names">The identifiers that it uses, and that edits of it use.</param>
/// <param name="Content">Its text.</param>
internal sealed record ProjectFile(string Path, string[] Names, string Content);
