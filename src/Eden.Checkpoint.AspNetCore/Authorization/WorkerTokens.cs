using Eden.Checkpoint.AspNetCore.Diagnostics;
using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Results;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>Tells whether a worker's token is right: the stored hash is looked up every time, argon2id is computed once for each pair. Thread-safe.</summary>
/// <remarks>An id that nobody has costs one computation too, so the time does not tell which workers exist. A computation takes 64 MiB, so only a
/// few run at once and a bounded number waits. A token that was right before waits for nobody: a flood of wrong ones costs the workers that are signed in nothing.</remarks>
internal sealed class WorkerTokens : IDisposable
{
    /// <summary>The hash of nothing in particular, at the cost of those that an import issues.</summary>
    internal const string NobodysHash = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private const string HashLead = "$argon2id$v=19$";

    // Of bearers that nobody knows: a flood of them must leave the store's connections to others. A look-up takes about a millisecond, so its queue needs no bound.
    private const int LookUpsAtOnce = 4;

    private readonly IWorkerCredentialHashes[] _hashes;
    private readonly Func<string, string, CancellationToken, Task<bool>> _verify;
    private readonly VerifiedTokenCache _verified;
    private readonly VerificationTurns _turns;
    private readonly SemaphoreSlim _lookUps = new(LookUpsAtOnce);
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
        _turns = new VerificationTurns(options.MaxConcurrentVerifications, options.MaxQueuedVerifications);
        _logger = logger;
    }

    /// <summary>Tells whether a token is the worker's.</summary>
    /// <param name="workerId">An id of the right form.</param>
    /// <param name="token">The secret.</param>
    /// <param name="client">Who asks, for turns that are fair between clients.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ServerBusyException">Too many bearers wait to be verified.</exception>
    public async Task<bool> IsValidAsync(string workerId, string token, string client, CancellationToken cancellationToken)
    {
        string? stored;
        if (_verified.MayContain(workerId, token))
        {
            stored = await FindAsync(workerId, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await _lookUps.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                stored = await FindAsync(workerId, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _lookUps.Release();
            }
        }

        if (stored is not null && _verified.Contains(workerId, token, stored))
        {
            return true;
        }

        using var turn = await _turns.WaitAsync(stored is null ? VerificationTurns.Nobody : workerId, client, cancellationToken).ConfigureAwait(false);
        if (stored is not null && _verified.Contains(workerId, token, stored))
        {
            // Another request of the same worker had its turn meanwhile.
            return true;
        }

        var matches = await _verify(token, stored ?? NobodysHash, cancellationToken).ConfigureAwait(false);
        if (!matches || stored is null)
        {
            return false;
        }

        _verified.Add(workerId, token, stored);
        return true;
    }

    public void Dispose() => _lookUps.Dispose();

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
