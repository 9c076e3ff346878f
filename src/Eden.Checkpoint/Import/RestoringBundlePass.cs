using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Repositories;
using Eden.Checkpoint.Verification;
using Eden.Git;

namespace Eden.Checkpoint.Import;

/// <summary>The pass of an import that restores the repository: it hashes and connects every object, answers what the rows name, and leaves the repository beside
/// its place when nothing is wrong.</summary>
internal sealed class RestoringBundlePass : IBundlePass
{
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource<CheckpointReferences> _references = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<CrossReferenceReport> _report;

    public RestoringBundlePass(RepositoryPlacement repository, RepoBundle bundle, CrossReferenceOptions options, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _report = RestoreAsync(repository, bundle, options, _references.Task, _stop.Token);
    }

    public Task<CrossReferenceReport> CompleteAsync(CheckpointReferences references)
    {
        _references.SetResult(references);
        return _report;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await ((Task)_report).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static async Task<CrossReferenceReport> RestoreAsync(
        RepositoryPlacement repository, RepoBundle bundle, CrossReferenceOptions options, Task<CheckpointReferences> references, CancellationToken cancellationToken)
    {
        if (bundle.IsEmpty)
        {
            return new CrossReferenceReport { Skipped = true };
        }

        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.restore");
        var staged = await repository.StageAsync(bundle, RestoreOptions(options), cancellationToken).ConfigureAwait(false);
        await using (staged.ConfigureAwait(false))
        {
            var named = await references.WaitAsync(cancellationToken).ConfigureAwait(false);
            var report = CrossReferenceValidator.Judge(staged.Inspection, named, options.Limits, cancellationToken);
            if (report.IsValid)
            {
                await repository.KeepAsync(staged, cancellationToken).ConfigureAwait(false);
            }

            return report;
        }
    }

    private static GitBundleRestoreOptions RestoreOptions(CrossReferenceOptions options) => new()
    {
        Limits = options.Limits.ToGitLimits(),
        TemporaryDirectory = options.TemporaryDirectory,
        Progress = GitProgressRelay.To(options.Progress),
    };
}
