using Eden.Checkpoint.Repositories;
using Eden.Checkpoint.Verification;

namespace Eden.Checkpoint.Import;

/// <summary>The cross-reference check of an import that restores the repository: one pass over the bundle hashes and connects every object, answers what the rows
/// name, and leaves the repository beside its place when nothing is wrong. The pass begins while the rows are still being checked. Used once.</summary>
internal sealed class RestoringCheck(RepositoryPlacement repository, CheckpointImportOptions options) : IEarlyBundleCheck
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<CheckpointReferences> _references = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _restoring;
    private CrossReferenceReport _report = new() { Skipped = true };

    /// <inheritdoc/>
    public void Begin(RepoBundle bundle, CancellationToken cancellationToken)
    {
        if (!bundle.IsEmpty)
        {
            _restoring ??= RestoreAsync(bundle, cancellationToken);
        }
    }

    public async Task<CrossReferenceReport> ValidateAsync(
        RepoBundle bundle, CheckpointReferences references, CrossReferenceOptions? _ = null, CancellationToken cancellationToken = default)
    {
        Begin(bundle, cancellationToken);
        _references.SetResult(references);
        await (_restoring ?? Task.CompletedTask).ConfigureAwait(false);
        return _report;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await (_restoring ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RestoreAsync(RepoBundle bundle, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await repository.StageAsync(
            bundle,
            options.Limits,
            options.TemporaryDirectory,
            options.Progress,
            async inspection =>
            {
                var references = await _references.Task.WaitAsync(either.Token).ConfigureAwait(false);
                _report = CrossReferenceValidator.Judge(inspection, references, options.Limits, either.Token);
                return _report.IsValid;
            },
            either.Token).ConfigureAwait(false);
    }
}
