using Eden.Git;

namespace Eden.Checkpoint.Import;

/// <summary>What became of an import's last step. Its failures are told here: the import itself has taken place.</summary>
/// <param name="CredentialsWritten">Whether every token was written to where the caller wants it.</param>
/// <param name="Push">What became of the push; <see langword="null"/> when none was asked for.</param>
/// <param name="Warnings">What the operator should know.</param>
internal sealed record FinishedImport(bool CredentialsWritten, GitPushResult? Push, IReadOnlyList<CheckpointWarning> Warnings);
