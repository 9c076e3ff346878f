using System.Buffers;

namespace Eden.Git;

/// <summary>A user name and password for Basic authentication. Immutable; its text never shows the password.</summary>
public sealed class GitCredential
{
    private static readonly SearchValues<char> s_lineBreaks = SearchValues.Create("\r\n\0");

    /// <summary>Creates a credential.</summary>
    /// <param name="userName">The user name; it may be empty, as some hosts want with tokens.</param>
    /// <param name="password">The password or token.</param>
    /// <exception cref="ArgumentException">The user name holds a colon, or one of the two a line break or NUL.</exception>
    public GitCredential(string userName, string password)
    {
        ArgumentNullException.ThrowIfNull(userName);
        ArgumentNullException.ThrowIfNull(password);
        if (userName.Contains(':', StringComparison.Ordinal) || userName.AsSpan().ContainsAny(s_lineBreaks))
        {
            throw new ArgumentException("A user name has no colon, line break or NUL.", nameof(userName));
        }

        if (password.AsSpan().ContainsAny(s_lineBreaks))
        {
            throw new ArgumentException("A password has no line break or NUL.", nameof(password));
        }

        UserName = userName;
        Password = password;
    }

    /// <summary>Gets the user name.</summary>
    public string UserName { get; }

    /// <summary>Gets the password or token. Not for logs, messages, URLs or process arguments.</summary>
    public string Password { get; }

    /// <summary>Returns a text without the password.</summary>
    public override string ToString() => $"{UserName}:***";
}
