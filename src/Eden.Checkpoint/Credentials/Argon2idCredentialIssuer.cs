using System.Security.Cryptography;
using System.Text;
using Eden.Checkpoint.Credentials;

namespace Eden.Checkpoint;

/// <summary>Random tokens of 256 bits, kept as argon2id (m=65536 KiB, t=3, p=4) in PHC strings. Thread-safe; each call in progress takes 64 MiB.</summary>
/// <remarks>While a hash is made, the garbage collector is told of its memory, so that such blocks do not pile up; no collection is forced.</remarks>
public sealed class Argon2idCredentialIssuer : IWorkerCredentialIssuer
{
    private const int TokenBytes = 32;

    /// <inheritdoc/>
    public async Task<WorkerCredential> IssueAsync(string workerId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(workerId);
        cancellationToken.ThrowIfCancellationRequested();
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));

        // The argon2 package makes a new block for each hash and takes none that is there. As large objects they would pile up to several times as
        // much; told of their weight, the collector finds its time for each or two of them.
        GC.AddMemoryPressure(Argon2idHash.MemoryBytes);
        try
        {
            var hash = await Argon2idHash.CreateAsync(Encoding.ASCII.GetBytes(token)).ConfigureAwait(false);
            return new WorkerCredential(workerId, token, hash);
        }
        finally
        {
            GC.RemoveMemoryPressure(Argon2idHash.MemoryBytes);
        }
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
