using Eden.Git;

namespace Eden.Checkpoint.Import;

/// <summary>The cross-reference check of an import that restores the repository: restoring hashes and connects every object anyway, before the target is
/// looked at, so the check itself needs the commits only. A bundle that fails it is checked in full, so that every violation is told.</summary>
internal sealed class DeferredObjectCheck(ICrossReferenceValidator validator) : ICrossReferenceValidator
{
    public async Task<CrossReferenceReport> ValidateAsync(
        RepoBundle bundle, CheckpointReferences references, CrossReferenceOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new CrossReferenceOptions();
        var report = await validator
            .ValidateAsync(bundle, references, options with { Depth = GitVerification.Commits }, cancellationToken).ConfigureAwait(false);
        return report.IsValid || options.Depth == GitVerification.Commits
            ? report
            : await validator.ValidateAsync(bundle, references, options, cancellationToken).ConfigureAwait(false);
    }
}
