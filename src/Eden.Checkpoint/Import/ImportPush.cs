using Eden.Checkpoint.Diagnostics;
using Eden.Git;
using Eden.Git.Remotes;
using Eden.Git.Sync;
using Eden.Shared;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Import;

/// <summary>The push after an import: its failure is a result and never an exception, because the import has taken place.</summary>
internal sealed class ImportPush
{
    private readonly CheckpointImportOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RemoteAddress _remote;

    /// <exception cref="ArgumentException">The URL is of a kind that cannot be pushed to; said before anything is done.</exception>
    public ImportPush(CheckpointImportOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _remote = RemoteAddress.Parse(options.RemoteUrl!);
    }

    /// <summary>Pushes the archive's bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="repositoryPath">Where the import has restored the repository, if it has.</param>
    /// <param name="experimentId">The experiment, for the log.</param>
    /// <param name="cancellationToken">Gives the push up, not the import.</param>
    public async Task<RepositoryPushResult> RunAsync(RepoBundle bundle, string? repositoryPath, string experimentId, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.push");
        RepositoryPushResult result;
        if (bundle.IsEmpty)
        {
            result = Failed("The archive has no bundle to push. The rows are imported.");
        }
        else
        {
            try
            {
                result = await PushAsync(bundle, repositoryPath, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                result = Failed($"The push was cancelled. {PushCommand.Finish(repositoryPath, _remote, overwrites: false)}");
            }
            catch (Exception failure)
            {
                result = Failed($"{CauseText.Of(failure)} {PushCommand.Finish(repositoryPath, _remote, overwrites: false)}");
            }

            if (result.Failure is { } reason)
            {
                result = new RepositoryPushResult
                {
                    IsComplete = result.IsComplete,
                    Remote = result.Remote,
                    RefCount = result.RefCount,
                    Refused = result.Refused,
                    TotalRefused = result.TotalRefused,
                    Failure = $"The rows are imported{(repositoryPath is null ? "" : $" and the repository is restored in {repositoryPath}")}, but the remote does not have every branch and tag, "
                        + $"and nothing should be exported from it before it has. {reason}",
                };
            }
        }

        if (result.Failure is { } text)
        {
            Log.ImportPushFailed(_logger, experimentId, _remote.Text, text);
        }

        return result;
    }

    private async Task<RepositoryPushResult> PushAsync(RepoBundle bundle, string? repositoryPath, CancellationToken cancellationToken)
    {
        var connection = new LocalCloneOptions { Credentials = _options.Credentials, Logger = _logger, TimeProvider = _time };
        var push = new RemotePush(_remote, connection, _options.ForcePush, _options.Limits, _options.TemporaryDirectory, _options.Progress);
        if (repositoryPath is null)
        {
            return (await push.RunAsync(bundle, cancellationToken).ConfigureAwait(false)).ToResult(_remote, null);
        }

        // An export that begins now must find the push either finished or not.
        var held = await SyncLock.AcquireAsync(repositoryPath, _time, cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            var outcome = await push.RunAsync(bundle, cancellationToken).ConfigureAwait(false);
            if (outcome.IsComplete)
            {
                PendingPush.TrySettle(repositoryPath, _remote);
            }

            return outcome.ToResult(_remote, repositoryPath);
        }
    }

    private RepositoryPushResult Failed(string reason) => new() { IsComplete = false, Remote = _remote.Text, Failure = reason };
}
