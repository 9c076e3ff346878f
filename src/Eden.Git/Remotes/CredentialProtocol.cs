using System.Buffers;
using System.Globalization;
using System.Text;

namespace Eden.Git.Remotes;

/// <summary>Git's credential protocol: <c>key=value</c> lines up to an empty one, in both directions.</summary>
internal static class CredentialProtocol
{
    private static readonly SearchValues<char> s_lineBreaks = SearchValues.Create("\r\n\0");

    /// <summary>Writes what is asked for, in git's order.</summary>
    /// <param name="remote">The remote; a user name in it is asked for by name.</param>
    /// <param name="withPath">Whether the helper is told the path too, as by git's <c>credential.useHttpPath</c>.</param>
    /// <param name="challenges">The remote's own <c>WWW-Authenticate</c> headers.</param>
    /// <exception cref="GitException">A value holds a line break, by which a URL would write lines of its own.</exception>
    public static string Question(Uri remote, bool withPath, IEnumerable<string> challenges)
    {
        var question = new StringBuilder();
        Add("protocol", remote.Scheme);
        Add("host", remote.IsDefaultPort ? remote.Host : $"{remote.Host}:{remote.Port}");
        if (withPath)
        {
            Add("path", Uri.UnescapeDataString(remote.AbsolutePath.TrimStart('/')));
        }

        if (UserNameIn(remote) is { } userName)
        {
            Add("username", userName);
        }

        foreach (var challenge in challenges)
        {
            Add("wwwauth[]", challenge);
        }

        return question.Append('\n').ToString();

        void Add(string key, string value) => question.Append(key).Append('=').Append(
            value.AsSpan().ContainsAny(s_lineBreaks)
                ? throw new GitCredentialsRefusedException($"The remote's {key} holds a line break or NUL, so no credential is asked for it.")
                : value).Append('\n');
    }

    /// <summary>Reads an answer. Keys that are not known are passed over, and of a key given twice the last one counts, as in git.</summary>
    public static CredentialAnswer Read(string output, DateTimeOffset now)
    {
        var answer = new CredentialAnswer();
        var expires = DateTimeOffset.MaxValue;
        foreach (var line in output.Split('\n'))
        {
            var text = line.EndsWith('\r') ? line.AsSpan(0, line.Length - 1) : line;
            if (text.IsEmpty)
            {
                break;
            }

            var equals = text.IndexOf('=');
            var value = equals < 0 ? "" : text[(equals + 1)..].ToString();
            switch (equals < 0 ? "" : text[..equals])
            {
                case "username":
                    answer = answer with { UserName = value };
                    break;
                case "password":
                    answer = answer with { Password = value };
                    break;
                case "url":
                    answer = ReadUrl(value, answer);
                    break;
                case "quit":
                    answer = answer with { IsRefused = value is "1" or "true" or "yes" or "on" };
                    break;
                case "password_expiry_utc":
                    expires = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < s_lastSecond
                        ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                        : DateTimeOffset.MaxValue;
                    break;
            }
        }

        return expires <= now && answer.Password is not null ? answer with { Password = null, IsExpired = true } : answer;
    }

    /// <summary>Returns the user name that stands in a URL.</summary>
    public static string? UserNameIn(Uri remote)
    {
        var colon = remote.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var userName = colon < 0 ? remote.UserInfo : remote.UserInfo[..colon];
        return userName.Length == 0 ? null : Uri.UnescapeDataString(userName);
    }

    private static readonly long s_lastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    // git takes a URL for its parts. Where it leads does not matter: the credential goes to the remote that was asked about.
    private static CredentialAnswer ReadUrl(string value, CredentialAnswer answer)
    {
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.UserInfo.Length == 0)
        {
            return answer;
        }

        var colon = url.UserInfo.IndexOf(':', StringComparison.Ordinal);
        return answer with
        {
            UserName = UserNameIn(url) ?? answer.UserName,
            Password = colon < 0 ? answer.Password : Uri.UnescapeDataString(url.UserInfo[(colon + 1)..]),
        };
    }
}
