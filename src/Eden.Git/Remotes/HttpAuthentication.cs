using System.Net.Http.Headers;
using System.Text;
using Eden.Git.Diagnostics;

namespace Eden.Git.Remotes;

/// <summary>Basic authentication with one remote: the credential is asked for once, when the remote wants one.</summary>
internal sealed class HttpAuthentication(GitRemoteAddress remote, RemoteConnection options, RemoteWords words)
{
    /// <summary>Gets what goes with every request; <see langword="null"/> as long as the remote has not asked.</summary>
    public AuthenticationHeaderValue? Header { get; private set; }

    /// <summary>Finds the credential that a challenge asks for.</summary>
    /// <exception cref="GitException">There is none, or it may not be sent there.</exception>
    public async Task AnswerAsync(HttpResponseMessage challenge, CancellationToken cancellationToken)
    {
        if (challenge.Headers.WwwAuthenticate.Count > 0
            && !challenge.Headers.WwwAuthenticate.Any(header => header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)))
        {
            throw new GitCredentialsRefusedException($"The remote '{remote}' wants authentication of a kind other than Basic.");
        }

        var source = options.Credentials;
        if (source is null && remote.Credential is null)
        {
            throw new GitCredentialsRefusedException($"The remote '{remote}' wants authentication, but no credential is configured.");
        }

        if (remote.Http!.Scheme == Uri.UriSchemeHttp && !remote.Http.IsLoopback)
        {
            if (!options.AllowPlainHttpCredentials)
            {
                throw new GitCredentialsRefusedException(
                    $"The remote '{remote}' wants authentication over plain HTTP, which is not allowed by {nameof(RemoteConnection.AllowPlainHttpCredentials)}.");
            }

            if (options.Logger is { } logger)
            {
                GitLog.PlainHttpCredential(logger, remote.Http.Authority);
            }
        }

        var credential = source is null ? remote.Credential! : await AskAsync(source, challenge, cancellationToken).ConfigureAwait(false);
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"));
        words.Hide(credential.Password);
        words.Hide(basic);
        Header = new AuthenticationHeaderValue("Basic", basic);
    }

    private async Task<GitCredential> AskAsync(ICredentialSource source, HttpResponseMessage challenge, CancellationToken cancellationToken)
    {
        try
        {
            var asking = source is CredentialHelper helper
                ? helper.GetAsync(remote.Question!, [.. challenge.Headers.WwwAuthenticate.Select(header => header.ToString())], cancellationToken)
                : source.GetAsync(remote.Question!, cancellationToken);
            return await asking.ConfigureAwait(false)
                ?? throw new InvalidOperationException("The credential source returned nothing.");
        }
        catch (Exception exception) when (exception is not (GitException or OperationCanceledException))
        {
            throw new GitRemoteUnavailableException($"No credential could be had for the remote '{remote}' ({exception.GetType().Name}).", exception);
        }
    }
}
