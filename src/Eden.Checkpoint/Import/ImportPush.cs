using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Repositories;
using Eden.Git;
using Eden.Shared;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Import;

/// <summary>The push after an import: its failure is a result and never an exception, because the import has taken place.</summary>
internal sealed class ImportPush
{
    private readonly CheckpointImportOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly GitRemoteAddress _remote;

    /// <exception cref="ArgumentException">The URL is of a kind that cannot be pushed to; said before anything is done.</exception>
    public ImportPush(CheckpointImportOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _remote = GitRemoteAddress.Parse(options.RemoteUrl!);
    }

    /// <summary>Pushes the archive's bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="repositoryPath">Where the import has restored the repository, if it has.</param>
    /// <param name="experimentId">The experiment, for the log.</param>
    /// <param name="cancellationToken">Gives the push up, not the import.</param>
    public async Task<GitPushResult> RunAsync(RepoBundle bundle, string? repositoryPath, string experimentId, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.push");
        GitPushResult result;
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
                result = Failed($"The push was cancelled. {GitPush.DescribeFinish(repositoryPath, _remote)}");
            }
            catch (Exception failure)
            {
                result = Failed($"{CauseText.Of(failure)} {GitPush.DescribeFinish(repositoryPath, _remote)}");
            }

            if (result.Failure is { } reason)
            {
                result = result.WithFailure(
                    $"The rows are imported{(repositoryPath is null ? "" : $" and the repository is restored in {repositoryPath}")}, but the remote does not have every branch and tag, "
                        + $"and nothing should be exported from it before it has. {reason}");
            }
        }

        if (result.Failure is { } text)
        {
            Log.ImportPushFailed(_logger, experimentId, _remote.Text, text);
        }

        return result;
    }

    private async Task<GitPushResult> PushAsync(RepoBundle bundle, string? repositoryPath, CancellationToken cancellationToken)
    {
        var options = new GitPushOptions
        {
            Connection = new LocalCloneOptions { Credentials = _options.Credentials, Logger = _logger, TimeProvider = _time },
            Force = _options.ForcePush,
            Limits = _options.Limits.ToGitLimits(),
            TemporaryDirectory = _options.TemporaryDirectory,
            Progress = GitProgressRelay.To(_options.Progress),
            RestoredRepositoryPath = repositoryPath,
        };
        return await GitPush.FromBundleAsync(bundle.FilePath!, _options.RemoteUrl!, options, cancellationToken).ConfigureAwait(false);
    }

    private GitPushResult Failed(string reason) => new() { IsComplete = false, Remote = _remote.Text, Failure = reason };
}
