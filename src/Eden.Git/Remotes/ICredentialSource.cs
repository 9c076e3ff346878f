
namespace Eden.Git;

/// <summary>Where a sync gets the user name and password of an HTTP(S) remote from.</summary>
/// <remarks>Asked at most once per sync, and only when the remote wants authentication. What it returns is sent to the scheme, host
/// and port of the configured URL and nowhere else. Implementations are thread-safe.</remarks>
public interface ICredentialSource
{
    /// <summary>Returns the credential for a remote.</summary>
    /// <param name="remote">The remote's URL. When the configured one has a user name, so has this: a credential of that user is asked for. Never with a password.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>The credential, used for this sync only.</returns>
    /// <exception cref="GitException">There is no credential for that remote.</exception>
    Task<GitCredential> GetAsync(Uri remote, CancellationToken cancellationToken = default);
}
