using System.Text;
using Npgsql;

namespace Eden.Checkpoint.ConsoleHost.Stores;

/// <summary>Reads PostgreSQL URLs as EDEN deployments write them: libpq's form, also with a driver in the scheme
/// (<c>postgresql+psycopg://</c>). Messages name parts, never values.</summary>
internal static class PostgresUrl
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool IsOne(string address)
    {
        var end = address.IndexOf("://", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var scheme = address.AsSpan(0, end);
        var driver = scheme.IndexOf('+');
        var name = driver < 0 ? scheme : scheme[..driver];
        return name.Equals("postgresql", StringComparison.OrdinalIgnoreCase) || name.Equals("postgres", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads the URL.</summary>
    /// <exception cref="UsageException">A part of it is malformed, unknown, or cannot be applied.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string url)
    {
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        var location = question < 0 ? rest : rest[..question];
        var slash = location.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? location : location[..slash];

        // Parameters win over what stands before them, as in libpq.
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            ReadUser(values, authority[..at]);
        }

        ReadHosts(values, authority[(at + 1)..]);
        values["dbname"] = slash < 0 ? "" : Decode(location[(slash + 1)..], "database");
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(equals < 0 ? pair : pair[..equals], "parameter name");
            if (!IsName(name) || query.Contains('@', StringComparison.Ordinal) && !LibpqParameters.IsKnown(name))
            {
                // Where a password has a '?' of its own, this is a part of it.
                throw new UsageException("The store's URL has a parameter that is not known here. In a user name or a password, '?', '/', '@' and '%' are written as %3F, %2F, %40 and %25.");
            }

            values[name] = equals < 0
                ? throw new UsageException("A parameter of the store's URL has no value.")
                : Decode(pair[(equals + 1)..], $"value of '{name}'");
        }

        return LibpqParameters.Apply(values);
    }

    private static bool IsName(string text) => text.Length is > 0 and < 64 && text.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    private static void ReadUser(Dictionary<string, string> values, string user)
    {
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        values["user"] = Decode(colon < 0 ? user : user[..colon], "user");
        if (colon >= 0)
        {
            values["password"] = Decode(user[(colon + 1)..], "password");
        }
    }

    private static void ReadHosts(Dictionary<string, string> values, string text)
    {
        var hosts = text.Split(',').Select(SplitPort).ToList();
        values["host"] = string.Join(',', hosts.Select(host => host.Name));
        values["port"] = string.Join(',', hosts.Select(host => host.Port));
    }

    private static (string Name, string Port) SplitPort(string text)
    {
        var closing = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        if (text.StartsWith('[') && closing < 0)
        {
            throw new UsageException("The host in the store's URL has an opening bracket without a closing one.");
        }

        var host = closing > 0 ? text[1..closing] : text.Split(':')[0];
        var after = text[(closing > 0 ? closing + 1 : host.Length)..];
        return after.Length > 0 && after[0] != ':'
            ? throw new UsageException("The host in the store's URL is malformed.")
            : (Decode(host, "host"), after.Length > 1 ? Decode(after[1..], "port") : "");
    }

    private static string Decode(string text, string part)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return Checked(text, part);
        }

        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
            }
            else if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add(Convert.FromHexString(text.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else
            {
                throw new UsageException($"The {part} in the store's URL has a '%' that does not begin an escape.");
            }
        }

        try
        {
            return Checked(s_utf8.GetString([.. bytes]), part);
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"The {part} in the store's URL has escapes that are not UTF-8.");
        }
    }

    private static string Checked(string text, string part)
        => text.Contains('\0', StringComparison.Ordinal) ? throw new UsageException($"The {part} in the store's URL holds a zero byte.") : text;
}
