using Eden.Checkpoint.AspNetCore.Diagnostics;
using Eden.Checkpoint.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>Tells whether a worker's token is right: the stored hash is looked up every time, argon2id is computed once for each pair. Thread-safe.</summary>
/// <remarks>An id that nobody has costs one computation too, so the time does not tell which workers exist. A computation takes 64 MiB, so only a
/// few run at once.</remarks>
internal sealed class WorkerTokens : IDisposable
{
    /// <summary>The hash of nothing in particular, at the cost of those that an import issues.</summary>
    internal const string NobodysHash = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private const string HashLead = "$argon2id$v=19$";

    private readonly IWorkerCredentialHashes[] _hashes;
    private readonly Func<string, string, CancellationToken, Task<bool>> _verify;
    private readonly VerifiedTokenCache _verified;
    private readonly SemaphoreSlim _turns;
    private readonly ILogger _logger;

    public WorkerTokens(ExperimentTable experiments, IOptions<EdenCheckpointOptions> options, ILogger<WorkerTokens> logger)
        : this([.. experiments.All.Select(experiment => experiment.Settings.WorkerCredentials).OfType<IWorkerCredentialHashes>()], options.Value, Argon2idCredentialIssuer.VerifyAsync, logger)
    {
    }

    internal WorkerTokens(
        IWorkerCredentialHashes[] hashes, EdenCheckpointOptions options, Func<string, string, CancellationToken, Task<bool>> verify, ILogger logger)
    {
        _hashes = hashes;
        _verify = verify;
        _verified = new VerifiedTokenCache(options.VerifiedTokenCapacity);
        _turns = new SemaphoreSlim(options.MaxConcurrentVerifications);
        _logger = logger;
    }

    public async Task<bool> IsValidAsync(string workerId, string token, CancellationToken cancellationToken)
    {
        var stored = await FindAsync(workerId, cancellationToken).ConfigureAwait(false);
        if (stored is not null && _verified.Contains(workerId, token, stored))
        {
            return true;
        }

        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var matches = await _verify(token, stored ?? NobodysHash, cancellationToken).ConfigureAwait(false);
            if (!matches || stored is null)
            {
                return false;
            }
        }
        finally
        {
            _turns.Release();
        }

        _verified.Add(workerId, token, stored);
        return true;
    }

    public void Dispose() => _turns.Dispose();

    private async Task<string?> FindAsync(string workerId, CancellationToken cancellationToken)
    {
        foreach (var hashes in _hashes)
        {
            if (await hashes.FindAsync(workerId, cancellationToken).ConfigureAwait(false) is not { } found)
            {
                continue;
            }

            if (found.StartsWith(HashLead, StringComparison.Ordinal))
            {
                return found;
            }

            EndpointLog.UnreadableHash(_logger, workerId);
        }

        return null;
    }
}
