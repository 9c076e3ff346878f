using Eden.Git.Remotes;

namespace Eden.Git;

/// <summary>A remote's URL or path: where it is, and the credential that it may carry, which is kept out of everything else. Immutable and thread-safe.</summary>
public sealed class GitRemoteAddress
{
    private GitRemoteAddress(string text, Uri? http = null, string? userName = null, GitCredential? credential = null)
    {
        Text = text;
        Http = http;
        UserName = userName;
        Credential = credential;
    }

    /// <summary>Gets the URL or full path without user information: what is stored, shown and compared.</summary>
    public string Text { get; }

    /// <summary>Gets the URL without user information, for HTTP(S); <see langword="null"/> for a path.</summary>
    internal Uri? Http { get; }

    /// <summary>Gets the user name that stood in the URL, if one did.</summary>
    internal string? UserName { get; }

    /// <summary>Gets what a credential source is asked about: the URL, with the user name and never a password.</summary>
    internal Uri? Question => Http is null || UserName is null ? Http : new UriBuilder(Http) { UserName = Uri.EscapeDataString(UserName) }.Uri;

    /// <summary>Gets the credential that stood in the URL, if one did.</summary>
    internal GitCredential? Credential { get; }

    /// <summary>Reads a URL or a path.</summary>
    /// <param name="remoteUrl">An <c>http://</c>, <c>https://</c> or <c>file://</c> URL, or a path.</param>
    /// <exception cref="ArgumentException">It is of another kind, or holds a control character.</exception>
    public static GitRemoteAddress Parse(string remoteUrl)
    {
        ArgumentException.ThrowIfNullOrEmpty(remoteUrl);
        if (remoteUrl.AsSpan().ContainsAnyInRange('\0', '\x1f') || remoteUrl.Contains('\x7f', StringComparison.Ordinal))
        {
            throw new ArgumentException("The remote's URL holds a control character.", nameof(remoteUrl));
        }

        var scheme = remoteUrl.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            var colon = remoteUrl.IndexOf(':', StringComparison.Ordinal);
            var slash = remoteUrl.AsSpan().IndexOfAny('/', '\\');
            if (colon > 1 && (slash < 0 || colon < slash))
            {
                throw Unsupported(remoteUrl);
            }

            return new GitRemoteAddress(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(remoteUrl)));
        }

        if (!Uri.TryCreate(remoteUrl, UriKind.Absolute, out var uri))
        {
            throw Unsupported(remoteUrl);
        }

        if (uri.Scheme == Uri.UriSchemeFile && uri.Host.Length == 0)
        {
            return new GitRemoteAddress(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(uri.LocalPath)));
        }

        if ((uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw Unsupported(remoteUrl);
        }

        var bare = new UriBuilder(uri) { UserName = "", Password = "" }.Uri;
        return new GitRemoteAddress(bare.AbsoluteUri.TrimEnd('/'), bare, UserNameIn(uri), CredentialIn(uri));
    }

    /// <summary>Hides where credentials may stand in a URL that we did not write ourselves, or cannot read: everything up to the last @, the query and the fragment.</summary>
    /// <param name="remoteUrl">The URL.</param>
    public static string Mask(string remoteUrl)
    {
        ArgumentNullException.ThrowIfNull(remoteUrl);
        var scheme = remoteUrl.IndexOf("://", StringComparison.Ordinal);
        var start = scheme < 0 ? 0 : scheme + 3;
        var at = remoteUrl.LastIndexOf('@');
        var shown = at < start ? remoteUrl.AsSpan(start) : remoteUrl.AsSpan(at + 1);
        var end = shown.IndexOfAny('?', '#');
        return string.Concat(remoteUrl.AsSpan(0, start), at < start ? "" : "***@", end < 0 ? shown : shown[..(end + 1)], end < 0 ? "" : "***");
    }

    /// <summary>Tells whether a URL from a repository's configuration means this remote; its user information does not count.</summary>
    /// <param name="configuredUrl">The URL.</param>
    public bool IsSameAs(string configuredUrl)
    {
        try
        {
            return Parse(configuredUrl).Text == Text;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Returns the address without user information.</summary>
    public override string ToString() => Text;

    private static string? UserNameIn(Uri uri)
    {
        var userName = CredentialProtocol.UserNameIn(uri);
        return userName is null || !userName.AsSpan().ContainsAnyInRange('\0', '\x1f')
            ? userName
            : throw new ArgumentException("The user name in the remote's URL holds a control character.", nameof(uri));
    }

    private static GitCredential? CredentialIn(Uri uri)
    {
        var colon = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? null
            : new GitCredential(Uri.UnescapeDataString(uri.UserInfo[..colon]), Uri.UnescapeDataString(uri.UserInfo[(colon + 1)..]));
    }

    private static ArgumentException Unsupported(string remoteUrl)
        => new($"The remote '{Mask(remoteUrl)}' is not an http://, https:// or file:// URL without query and fragment, nor a path.", nameof(remoteUrl));
}
