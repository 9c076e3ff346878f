using System.Globalization;
using Npgsql;

namespace Eden.Checkpoint.ConsoleHost.Stores;

/// <summary>Turns the parameters that libpq knows into settings of the driver. One that cannot be applied is refused, not left out.</summary>
internal static class LibpqParameters
{
    // The driver waits no longer than this for a connection.
    private const int LongestConnectTimeout = 1024;

    // Linux takes no more, and what it takes for a parameter that is not given.
    private const int LongestKeepAlive = 32767;
    private const int DefaultKeepAliveIdle = 7200;
    private const int DefaultKeepAliveInterval = 75;

    /// <summary>Parameters of libpq that the driver has nothing for. Each value listed asks for nothing; any other is refused.</summary>
    private static readonly Dictionary<string, string[]> s_withoutSetting = new(StringComparer.Ordinal)
    {
        ["keepalives_count"] = ["0"],
        ["tcp_user_timeout"] = ["0"],
        ["sslcompression"] = ["0", "1"],
        ["sslcertmode"] = ["allow"],
        ["sslsni"] = ["1"],
        ["sslcrl"] = [],
        ["sslcrldir"] = [],
        ["sslkeylogfile"] = [],
        ["ssl_min_protocol_version"] = ["TLSv1", "TLSv1.1", "TLSv1.2"],
        ["ssl_max_protocol_version"] = ["TLSv1.3"],
        ["min_protocol_version"] = ["3.0"],
        ["max_protocol_version"] = ["3.0", "3.2", "latest"],
        ["requirepeer"] = [],
        ["replication"] = ["false", "off", "no", "0"],
        ["gsslib"] = ["gssapi"],
        ["gssdelegation"] = ["0"],
        ["service"] = [],
        ["servicefile"] = [],
        ["scram_client_key"] = [],
        ["scram_server_key"] = [],
        ["oauth_issuer"] = [],
        ["oauth_client_id"] = [],
        ["oauth_client_secret"] = [],
        ["oauth_scope"] = [],
    };

    private static readonly HashSet<string> s_withSetting = new(StringComparer.Ordinal)
    {
        "host", "hostaddr", "port", "user", "password", "passfile", "dbname", "options", "search_path", "application_name", "fallback_application_name", "client_encoding",
        "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "sslmode", "ssl", "sslnegotiation", "sslcert", "sslkey", "sslpassword", "sslrootcert",
        "channel_binding", "require_auth", "gssencmode", "krbsrvname", "target_session_attrs", "load_balance_hosts",
    };

    public static bool IsKnown(string name) => s_withSetting.Contains(name) || s_withoutSetting.ContainsKey(name);

    /// <summary>Makes the driver's settings. What is not given is libpq's default, not the driver's, where the two differ.</summary>
    /// <exception cref="UsageException">A parameter is unknown, has a value that is none, or cannot be applied; the message has its name.</exception>
    public static NpgsqlConnectionStringBuilder Apply(IReadOnlyDictionary<string, string> values)
    {
        // A backup may wait for the server longer than half a minute; a server that is gone is found by the keepalives.
        var settings = new NpgsqlConnectionStringBuilder { CommandTimeout = 0, TcpKeepAlive = true };
        foreach (var (name, value) in values)
        {
            try
            {
                Apply(settings, name, value);
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
            {
                throw Invalid(name);
            }
        }

        ApplyRoot(settings, values);
        PostgresHosts.Apply(settings, values);
        ApplyKeepAlives(settings, values);
        if (values.TryGetValue("fallback_application_name", out var fallback) && string.IsNullOrEmpty(settings.ApplicationName)
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("PGAPPNAME")))
        {
            settings.ApplicationName = fallback;
        }

        return settings;
    }

    private static void Apply(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        switch (name)
        {
            // These work together and are applied after all others.
            case "host" or "hostaddr" or "port" or "keepalives" or "keepalives_idle" or "keepalives_interval" or "fallback_application_name" or "sslrootcert": break;

            // Rows are read and written as UTF-8, whatever other programs show.
            case "client_encoding": break;
            case "user": settings.Username = NullIfEmpty(value); break;
            case "password": settings.Password = NullIfEmpty(value); break;
            case "passfile": settings.Passfile = NullIfEmpty(value); break;
            case "dbname": settings.Database = NullIfEmpty(value); break;
            case "options": settings.Options = NullIfEmpty(value); break;
            case "search_path": settings.SearchPath = NullIfEmpty(value); break;
            case "application_name": settings.ApplicationName = NullIfEmpty(value); break;
            case "connect_timeout": settings.Timeout = Math.Clamp(Integer(value), 0, LongestConnectTimeout); break;
            case "sslmode": settings.SslMode = Keyword<SslMode>(value); break;
            case "ssl": settings.SslMode = value == "true" ? SslMode.Require : throw new FormatException(); break;
            case "sslnegotiation": settings.SslNegotiation = Keyword<SslNegotiation>(value); break;
            case "sslcert": settings.SslCertificate = NullIfEmpty(value); break;
            case "sslkey": settings.SslKey = NullIfEmpty(value); break;
            case "sslpassword": settings.SslPassword = NullIfEmpty(value); break;
            case "channel_binding": settings.ChannelBinding = Keyword<ChannelBinding>(value); break;
            case "require_auth": settings.RequireAuth = RequiredAuthentication(value); break;
            case "gssencmode": settings.GssEncryptionMode = Keyword<GssEncryptionMode>(value); break;
            case "krbsrvname": settings.KerberosServiceName = value; break;
            case "target_session_attrs": settings.TargetSessionAttributes = value; break;
            case "load_balance_hosts": settings.LoadBalanceHosts = value switch { "disable" => false, "random" => true, _ => throw new FormatException() }; break;
            default: RefuseUnlessNothing(name, value); break;
        }
    }

    private static void RefuseUnlessNothing(string name, string value)
    {
        if (!s_withoutSetting.TryGetValue(name, out var harmless))
        {
            throw new UsageException($"The store's URL has a parameter '{name}' that is not known here.");
        }

        if (value.Length > 0 && !harmless.Contains(value))
        {
            throw new UsageException($"The store's URL has the parameter '{name}', which cannot be applied here: leave it out.");
        }
    }

    private static void ApplyRoot(NpgsqlConnectionStringBuilder settings, IReadOnlyDictionary<string, string> values)
    {
        var root = values.GetValueOrDefault("sslrootcert", "");
        if (root == "system")
        {
            // The machine's own authorities, which are what the driver uses without a file.
            settings.SslMode = settings.SslMode == SslMode.VerifyFull || !values.ContainsKey("sslmode")
                ? SslMode.VerifyFull
                : throw new UsageException("The store's URL has 'sslrootcert=system', which goes with 'sslmode=verify-full' only.");
        }
        else if (root.Length > 0)
        {
            // libpq checks against the authority that it is given.
            settings.RootCertificate = root;
            settings.SslMode = settings.SslMode == SslMode.Require ? SslMode.VerifyCA : settings.SslMode;
        }
    }

    private static void ApplyKeepAlives(NpgsqlConnectionStringBuilder settings, IReadOnlyDictionary<string, string> values)
    {
        var isOn = KeepAlive("keepalives", 1) != 0;
        var idle = KeepAlive("keepalives_idle", 0);
        var interval = KeepAlive("keepalives_interval", 0);
        settings.TcpKeepAlive = isOn;
        if (isOn && (idle > 0 || interval > 0))
        {
            settings.TcpKeepAliveTime = idle > 0 ? idle : DefaultKeepAliveIdle;
            settings.TcpKeepAliveInterval = interval > 0 ? interval : DefaultKeepAliveInterval;
        }

        int KeepAlive(string name, int otherwise)
        {
            try
            {
                var value = values.TryGetValue(name, out var text) ? Integer(text) : otherwise;
                return value <= LongestKeepAlive ? value : throw Invalid(name);
            }
            catch (Exception exception) when (exception is FormatException or OverflowException)
            {
                throw Invalid(name);
            }
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

    private static string RequiredAuthentication(string value)
        => string.Join(',', value.Split(',').Select(method => method.TrimStart('!') switch
        {
            "password" => method.Replace("password", "Password", StringComparison.Ordinal),
            "md5" => method.Replace("md5", "MD5", StringComparison.Ordinal),
            "gss" => method.Replace("gss", "GSS", StringComparison.Ordinal),
            "sspi" => method.Replace("sspi", "SSPI", StringComparison.Ordinal),
            "scram-sha-256" => method.Replace("scram-sha-256", "ScramSHA256", StringComparison.Ordinal),
            "none" => method.Replace("none", "None", StringComparison.Ordinal),
            _ => throw new FormatException(),
        }));

    private static int Integer(string text)
        => int.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    private static string? NullIfEmpty(string value) => value.Length == 0 ? null : value;

    private static UsageException Invalid(string name) => new($"The value of '{name}' in the store's URL is not valid.");
}
