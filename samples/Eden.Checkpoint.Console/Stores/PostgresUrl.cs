using System.Globalization;
using Npgsql;

namespace Eden.Checkpoint.ConsoleHost.Stores;

/// <summary>Reads PostgreSQL URLs as EDEN deployments write them: libpq's form, also with a driver in the scheme
/// (<c>postgresql+psycopg://</c>). Messages name parts, never values.</summary>
internal static class PostgresUrl
{
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
    /// <exception cref="UsageException">A part of it is malformed or unknown.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string url)
    {
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? "" : rest[(question + 1)..];
        var location = question < 0 ? rest : rest[..question];
        var slash = location.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? location : location[..slash];
        var database = slash < 0 ? "" : Decode(location[(slash + 1)..], "database");

        var builder = new NpgsqlConnectionStringBuilder();
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            ReadUser(builder, authority[..at]);
        }

        ReadHosts(builder, authority[(at + 1)..]);
        if (database.Length > 0)
        {
            builder.Database = database;
        }

        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            ReadParameter(builder, pair);
        }

        if (string.IsNullOrEmpty(builder.Host))
        {
            builder.Host = "localhost";
        }

        return builder;
    }

    private static void ReadUser(NpgsqlConnectionStringBuilder builder, string user)
    {
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        builder.Username = Decode(colon < 0 ? user : user[..colon], "user");
        if (colon >= 0)
        {
            builder.Password = Decode(user[(colon + 1)..], "password");
        }
    }

    private static void ReadHosts(NpgsqlConnectionStringBuilder builder, string hosts)
    {
        if (hosts.Length == 0)
        {
            return;
        }

        var parts = hosts.Split(',').Select(SplitPort).ToArray();
        if (parts.Length == 1)
        {
            builder.Host = parts[0].Host;
            builder.Port = parts[0].Port ?? builder.Port;
            return;
        }

        // Npgsql takes several hosts, each with its own port, in its one Host setting.
        builder.Host = string.Join(',', parts.Select(part => part.Port is { } port
            ? string.Create(CultureInfo.InvariantCulture, $"{(part.Host.Contains(':', StringComparison.Ordinal) ? $"[{part.Host}]" : part.Host)}:{port}")
            : part.Host));
    }

    private static (string Host, int? Port) SplitPort(string text)
    {
        var closing = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        if (text.StartsWith('[') && closing < 0)
        {
            throw new UsageException("The host in the store's URL has an opening bracket without a closing one.");
        }

        var host = closing > 0 ? text[1..closing] : text.Split(':')[0];
        var after = text[(closing > 0 ? closing + 1 : host.Length)..];
        if (after.Length > 0 && after[0] != ':')
        {
            throw new UsageException("The host in the store's URL is malformed.");
        }

        return (Decode(host, "host"), after.Length > 1 ? Port(after[1..]) : null);
    }

    private static void ReadParameter(NpgsqlConnectionStringBuilder builder, string pair)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        var name = Decode(equals < 0 ? pair : pair[..equals], "parameter name");
        if (equals < 0)
        {
            throw new UsageException("A parameter of the store's URL has no value.");
        }

        var value = Decode(pair[(equals + 1)..], name);
        try
        {
            Apply(builder, name, value);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            throw new UsageException($"The value of '{name}' in the store's URL is not valid.");
        }
    }

    private static void Apply(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        switch (name)
        {
            case "host": builder.Host = value; break;
            case "hostaddr": builder.Host = value; break;
            case "port": builder.Port = Port(value); break;
            case "user": builder.Username = value; break;
            case "password": builder.Password = value; break;
            case "passfile": builder.Passfile = value; break;
            case "dbname": builder.Database = value; break;
            case "options": builder.Options = value; break;
            case "search_path": builder.SearchPath = value; break;
            case "application_name": builder.ApplicationName = value; break;
            case "client_encoding": builder.ClientEncoding = value; break;
            case "connect_timeout": builder.Timeout = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture); break;
            case "sslmode": builder.SslMode = Keyword<SslMode>(value); break;
            case "sslcert": builder.SslCertificate = value; break;
            case "sslkey": builder.SslKey = value; break;
            case "sslpassword": builder.SslPassword = value; break;
            case "sslrootcert": builder.RootCertificate = value; break;
            case "channel_binding": builder.ChannelBinding = Keyword<ChannelBinding>(value); break;
            case "gssencmode": builder.GssEncryptionMode = Keyword<GssEncryptionMode>(value); break;
            case "krbsrvname": builder.KerberosServiceName = value; break;
            case "target_session_attrs": builder.TargetSessionAttributes = value; break;
            default: throw new UsageException($"The store's URL has a parameter '{name}' that is not known here.");
        }
    }

    // libpq writes verify-full where Npgsql says VerifyFull.
    private static TEnum Keyword<TEnum>(string value)
        where TEnum : struct, Enum
    {
        var name = value.Replace("-", "", StringComparison.Ordinal);
        foreach (var known in Enum.GetValues<TEnum>())
        {
            if (known.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        throw new FormatException();
    }

    private static int Port(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new UsageException("The port in the store's URL is not a number from 1 to 65535.");

    private static string Decode(string text, string part)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && !(i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2])))
            {
                throw new UsageException($"The {part} in the store's URL has a '%' that does not begin an escape.");
            }
        }

        var decoded = Uri.UnescapeDataString(text);
        return decoded.Contains('\0', StringComparison.Ordinal)
            ? throw new UsageException($"The {part} in the store's URL holds a zero byte.")
            : decoded;
    }
}
