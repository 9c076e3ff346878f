using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Eden.Shared;

namespace Eden.Git.Remotes;

/// <summary>Says what a failed request means to whoever configured the remote, and whether trying again can help.</summary>
internal sealed class HttpFailures(GitRemoteAddress remote, RemoteConnection options, RemoteWords words)
{
    private const int MostBytes = 4096;

    // SslStream's own text, then OpenSSL's, for bytes that are no TLS record.
    private static readonly string[] s_notTls =
    [
        "Cannot determine the frame size", "corrupted frame", "wrong version number", "packet length too long", "http request", "record layer failure", "unknown protocol",
    ];

    private string? _refusedCertificate;

    /// <summary>Decides about a server's certificate as the options say, and keeps why it was refused: the exception that follows does not tell.</summary>
    public bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var accepted = options.CertificateValidation?.Invoke(sender, certificate, chain, errors) ?? errors == SslPolicyErrors.None;
        _refusedCertificate = accepted ? null : Describe(certificate as X509Certificate2, chain, errors);
        return accepted;
    }

    /// <summary>A request that got no answer.</summary>
    public GitException Of(HttpRequestException exception)
    {
        if (exception.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            if (_refusedCertificate is { } refused)
            {
                return new GitException($"The certificate of the remote '{remote}' {refused}.", exception);
            }

            if (IsNotTls(exception))
            {
                return new GitException($"The remote '{remote}' does not speak TLS on that port, so https:// cannot reach it.", exception);
            }

            return new GitRemoteUnavailableException($"The remote '{remote}' and this machine could not agree on a TLS connection: {CauseText.Of(exception)}", exception);
        }

        var hint = remote.Http!.Scheme == Uri.UriSchemeHttp && exception.HttpRequestError == HttpRequestError.InvalidResponse
            ? " It does not answer in HTTP; if it speaks TLS, its URL begins with https://."
            : "";
        return new GitRemoteUnavailableException($"The remote '{remote}' cannot be reached: {CauseText.Of(exception)}{hint}", exception);
    }

    /// <summary>An answer that is none to the question.</summary>
    public GitException Of(HttpResponseMessage response)
    {
        var retryAfter = RetryAfter(response);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && retryAfter is null)
        {
            return new GitCredentialsRefusedException(words.AddTo(Describe(response.StatusCode)));
        }

        return new GitRemoteUnavailableException(words.AddTo(Describe(response.StatusCode)))
        {
            IsTransient = IsPassing(response.StatusCode) || retryAfter is not null,
            RetryAfter = retryAfter,
        };
    }

    /// <summary>Takes the text of an answer for the remote's words, as git does: plain text only, since pages are made for browsers.</summary>
    public async Task ReadWordsAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!string.Equals(response.Content.Headers.ContentType?.MediaType, "text/plain", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var buffer = new byte[MostBytes];
        try
        {
            var text = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            await using (text.ConfigureAwait(false))
            {
                var length = await text.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, either.Token).ConfigureAwait(false);
                words.Add(buffer.AsSpan(0, length));
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // The text broke off or does not end; the status says what happened.
        }
    }

    /// <summary>Returns what the remote says about trying again.</summary>
    public TimeSpan? RetryAfter(HttpResponseMessage response)
        => response.Headers.RetryAfter is not { } header ? null
            : header.Delta ?? (header.Date is { } date && date - options.TimeProvider.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : null);

    public static bool IsRedirect(HttpStatusCode status)
        => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    // What the server cannot do now it may do later; what it refuses or does not know it refuses again.
    private static bool IsPassing(HttpStatusCode status)
        => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            || ((int)status >= 500 && status is not (HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported));

    private string Describe(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => $"The remote '{remote}' has no such repository, or hides it from this user (HTTP 404).",
        HttpStatusCode.Forbidden => $"The remote '{remote}' refuses this user (HTTP 403).",
        HttpStatusCode.Unauthorized => $"The remote '{remote}' rejected the credential (HTTP 401).",
        _ when IsRedirect(status) => $"The remote '{remote}' redirects too often or where it may not (HTTP {(int)status}).",
        _ => $"The remote '{remote}' answered with HTTP {(int)status}.",
    };

    /// <summary>Whether the handshake failed because of what came back: something that is no TLS record.</summary>
    /// <remarks>Neither .NET nor OpenSSL has a code for it that reaches us.</remarks>
    private static bool IsNotTls(Exception exception)
    {
        for (var cause = exception.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (s_notTls.Any(text => cause.Message.Contains(text, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    private string Describe(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var faults = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || certificate is null)
        {
            faults.Add("is missing: it sent none");
        }
        else
        {
            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            {
                faults.Add($"is for another host name than {remote.Http!.Host}: {CertificateText.Names(certificate)}");
            }

            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            {
                faults.Add($"is not trusted on this machine: {CertificateText.OfChain(certificate, chain)}");
            }
        }

        if (faults.Count == 0)
        {
            faults.Add($"was refused by {nameof(RemoteConnection.CertificateValidation)}");
        }

        return string.Join(", and ", faults);
    }
}
