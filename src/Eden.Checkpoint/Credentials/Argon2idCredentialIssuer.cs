using System.Security.Cryptography;
using System.Text;
using Eden.Checkpoint.Credentials;

namespace Eden.Checkpoint;

/// <summary>Random tokens of 256 bits, kept as argon2id (m=65536 KiB, t=3, p=4) in PHC strings. Thread-safe; each call in progress takes 64 MiB.</summary>
/// <remarks>Issuing collects the process's garbage after each hash, so that those blocks do not pile up: an import is rare, and the memory that it takes at most counts.</remarks>
public sealed class Argon2idCredentialIssuer : IWorkerCredentialIssuer
{
    private const int TokenBytes = 32;

    /// <inheritdoc/>
    public async Task<WorkerCredential> IssueAsync(string workerId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(workerId);
        cancellationToken.ThrowIfCancellationRequested();
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        var hash = await Argon2idHash.CreateAsync(Encoding.ASCII.GetBytes(token)).ConfigureAwait(false);

        // The 64 MiB are large objects, which the collector lets pile up to several times as much; it would run once for each hash or two anyway.
        // A whole import needs less memory than the pile.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        return new WorkerCredential(workerId, token, hash);
    }

    /// <summary>Tells whether a token belongs to a hash that this issuer, or another with the same PHC form, has made.</summary>
    /// <param name="token">The token.</param>
    /// <param name="hash">The PHC string; at most 1 GiB, 64 passes and 64 lanes are accepted.</param>
    /// <param name="cancellationToken">Cancels the call before the hashing begins.</param>
    /// <returns><see langword="false"/> also for a hash that is no argon2id PHC string. The comparison takes the same time for every token.</returns>
    public static Task<bool> VerifyAsync(string token, string hash, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(hash);
        cancellationToken.ThrowIfCancellationRequested();
        return Argon2idHash.VerifyAsync(Encoding.UTF8.GetBytes(token), hash);
    }
}
