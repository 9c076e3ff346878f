namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>Makes texts that somebody may give as the address of a store: right ones with something changed, and noise.</summary>
internal static class AddressText
{
    /// <summary>Stands wherever a password may stand, and must be seen nowhere else.</summary>
    public const string Secret = "hunter2";

    private const string Noise = "postgresql://+?&=%@:/[],;'\"ab01 \t\n\0é漢.-_#~";

    // Every parameter of libpq, those of other drivers, and what is none.
    private static readonly string[] s_names =
    [
        "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "require_auth", "channel_binding", "connect_timeout", "client_encoding", "options",
        "application_name", "fallback_application_name", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
        "replication", "gssencmode", "sslmode", "requiressl", "sslnegotiation", "sslcompression", "sslcert", "sslkey", "sslpassword", "sslcertmode", "sslrootcert",
        "sslcrl", "sslcrldir", "sslsni", "requirepeer", "ssl_min_protocol_version", "ssl_max_protocol_version", "min_protocol_version", "max_protocol_version",
        "krbsrvname", "gsslib", "gssdelegation", "service", "servicefile", "target_session_attrs", "load_balance_hosts", "search_path", "ssl", "SSLMODE", "x", "",
    ];

    private static readonly string[] s_values =
    [
        "", "0", "1", "-1", "7", "99999999999", "1e3", "a", "a,b", "a,b,c", "1,2", ",", ":", "a:b", "a:1", "::1", "[::1]", "/var/run", "@abstract", "%", "%4", "%41", "%00",
        "%ff", "verify-full", "require", "prefer", "disable", "direct", "postgres", "read-write", "any", "standby", "random", "system", "true", "off", "none", "!none",
        "!none,md5", "md5,!none", "scram-sha-256", "=", "a=b", "-c%20search_path%3Dx", "漢", "UTF8", "LATIN1", " ", "%20", "\ud800", Secret, new string('a', 300),
    ];

    private static readonly string[] s_hosts =
    [
        "", "h", "h:1", "h:", "h:0", "h:x", "h:65536", "h:99999999999", "a,b", "a:1,b", ",", "[::1]", "[::1]:1", "[::1", "[]", "[a:99999999999]", "%2Fvar%2Frun", "%2Fa,b", "a%3A1",
        "a%3A99999999999", "%20", "漢", ".", "..", "-", new string('a', 300),
    ];

    private static readonly string[] s_settings =
    [
        "Host=h", "Host=a,b", "Host=h:x", "Host=", "Port=0", "Port=1", "Port=x", "Username=u", "Password=" + Secret, "Database=d", "SSL Mode=Require", "SSL Mode=nonsense",
        "SSL Negotiation=Direct", "Target Session Attributes=primary", "Target Session Attributes=x", "Multiplexing=true", "Pooling=false", "Encoding=nonsense",
        "Client Encoding=nonsense", "Timeout=-1", "Timeout=x", "Command Timeout=-1", "Keepalive=5", "Minimum Pool Size=9;Maximum Pool Size=2", "Require Auth=x",
        "Channel Binding=Require", "Tcp Keepalive Interval=5", "Host='h", "Host=\"h", "x=y", "=", "Options=-c x", "Load Balance Hosts=x", "Replication Mode=Logical",
    ];

    public static string Make(Random random) => random.Next(10) switch
    {
        0 => Noisy(random, random.Next(24)),
        1 => $"postgresql://{Noisy(random, random.Next(24))}",
        2 or 3 => string.Join(';', random.GetItems(s_settings, random.Next(1, 5))),
        4 => Changed(random, Url(random)),
        _ => Url(random),
    };

    private static string Url(Random random)
    {
        var user = random.Next(3) switch { 0 => "", 1 => $"u:{Secret}@", _ => $"{Value(random)}:{Value(random)}@" };
        var query = string.Join('&', Enumerable.Range(0, random.Next(5)).Select(_ => $"{random.GetItems(s_names, 1)[0]}={Value(random)}"));
        return $"postgresql://{user}{random.GetItems(s_hosts, 1)[0]}/{Value(random)}{(query.Length == 0 ? "" : "?" + query)}";
    }

    private static string Value(Random random) => random.GetItems(s_values, 1)[0];

    private static string Changed(Random random, string text)
    {
        var at = random.Next(text.Length);
        return random.Next(3) switch
        {
            0 => text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at)),
            1 => text.Insert(at, Noisy(random, random.Next(1, 4))),
            _ => text[..at],
        };
    }

    private static string Noisy(Random random, int length) => new(random.GetItems<char>(Noise, length));
}
