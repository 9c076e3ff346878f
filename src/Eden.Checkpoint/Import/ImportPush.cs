using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Git.Sync;
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

    public async Task<RepositoryPushResult> RunAsync(RepoBundle bundle, string? repositoryPath, string experimentId, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.push");
        RepositoryPushResult result;
        if (bundle.IsEmpty)
        {
            result = Failed("The archive has no bundle to push.", repositoryPath);
        }
        else
        {
            try
            {
                var connection = new Git.LocalCloneOptions { Credentials = _options.Credentials, Logger = _logger, TimeProvider = _time };
                var push = new RemotePush(_remote, connection, _options.ForcePush, _options.Limits, _options.TemporaryDirectory, _options.Progress);
                var outcome = await push.RunAsync(bundle, cancellationToken).ConfigureAwait(false);
                result = outcome.Refused.Count == 0
                    ? new RepositoryPushResult { IsComplete = true, Remote = _remote.Text, RefCount = outcome.Taken }
                    : Failed($"The remote refused {outcome.TotalRefused} of {outcome.Taken + outcome.TotalRefused} refs.", repositoryPath)
                        with { RefCount = outcome.Taken, Refused = outcome.Refused };
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                result = Failed("The push was cancelled.", repositoryPath);
            }
            catch (Exception failure)
            {
                result = Failed(failure.Message, repositoryPath);
            }
        }

        if (result.Failure is { } text)
        {
            Log.ImportPushFailed(_logger, experimentId, _remote.Text, text);
        }

        return result;
    }

    private RepositoryPushResult Failed(string reason, string? repositoryPath) => new()
    {
        IsComplete = false,
        Remote = _remote.Text,
        Failure = $"{reason} The rows"
            + (repositoryPath is null
                ? " are imported; the remote does not have every ref. To finish, restore repo.bundle of the archive and push it: git clone --mirror repo.bundle r.git && git -C r.git push --mirror "
                : $" are imported and the repository is restored in {repositoryPath}; the remote does not have every ref. To finish: git -C {repositoryPath} push --mirror ")
            + _remote.Text,
    };
}
