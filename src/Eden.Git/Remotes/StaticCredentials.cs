namespace Eden.Git;

/// <summary>One credential for every question. Immutable and thread-safe; its text never shows the password.</summary>
public sealed class StaticCredentials : ICredentialSource
{
    private readonly GitCredential _credential;

    /// <summary>Keeps a user name and password.</summary>
    /// <param name="userName">The user name; it may be empty.</param>
    /// <param name="password">The password or token.</param>
    /// <exception cref="ArgumentException">The user name holds a colon, or one of the two a line break or NUL.</exception>
    public StaticCredentials(string userName, string password) => _credential = new GitCredential(userName, password);

    /// <inheritdoc/>
    public Task<GitCredential> GetAsync(Uri remote, CancellationToken cancellationToken = default)
        => cancellationToken.IsCancellationRequested ? Task.FromCanceled<GitCredential>(cancellationToken) : Task.FromResult(_credential);

    /// <summary>Returns a text without the password.</summary>
    public override string ToString() => _credential.ToString();
}
