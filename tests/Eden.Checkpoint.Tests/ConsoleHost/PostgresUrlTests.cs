using Eden.Checkpoint.ConsoleHost;
using Eden.Checkpoint.ConsoleHost.Stores;
using Npgsql;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>Store addresses as EDEN deployments write them, read into what Npgsql takes.</summary>
[TestFixture]
public class PostgresUrlTests
{
    [TestCase("postgresql://eden:secret@db.example:6432/eden_1", "db.example", 6432, "eden", "secret", "eden_1")]
    [TestCase("postgres://eden@db.example/eden_1", "db.example", 5432, "eden", null, "eden_1")]
    [TestCase("postgresql+psycopg://eden:secret@db.example/eden_1", "db.example", 5432, "eden", "secret", "eden_1")]
    [TestCase("PostgreSQL+Psycopg2://db.example", "db.example", 5432, null, null, null)]
    [TestCase("postgresql://e%40den:p%3A%2F%3F%25%20w@db.example/a%20b", "db.example", 5432, "e@den", "p:/?% w", "a b")]
    [TestCase("postgresql://eden:a@b@db.example/x", "db.example", 5432, "eden", "a@b", "x")]
    [TestCase("postgresql://eden:secret@[::1]:6432/x", "::1", 6432, "eden", "secret", "x")]
    [TestCase("postgresql://eden:a:b@db.example/x", "db.example", 5432, "eden", "a:b", "x")]
    [TestCase("postgresql://%2Fvar%2Frun%2Fpostgresql/x", "/var/run/postgresql", 5432, null, null, "x")]
    [TestCase("postgresql:///x?host=/var/run/postgresql&port=6432&user=eden&password=p%26q", "/var/run/postgresql", 6432, "eden", "p&q", "x")]
    [TestCase("postgresql://?dbname=x", "localhost", 5432, null, null, "x")]
    public void The_parts_of_a_url_arrive_decoded(string url, string host, int port, string? user, string? password, string? database)
    {
        var settings = StoreAddress.ToSettings(url);

        Assert.That(
            (settings.Host, settings.Port, settings.Username, settings.Password, settings.Database),
            Is.EqualTo((host, port, user, password, database)));
    }

    [Test]
    public void Parameters_of_libpq_become_those_of_the_driver()
    {
        var settings = StoreAddress.ToSettings(
            "postgresql://h/d?options=-csearch_path%3Deden_7%2Cpublic&sslmode=verify-full&connect_timeout=7&application_name=eden&target_session_attrs=prefer-standby&channel_binding=disable");

        Assert.That(settings.Options, Is.EqualTo("-csearch_path=eden_7,public"));
        Assert.That(settings.SslMode, Is.EqualTo(SslMode.VerifyFull));
        Assert.That(settings.Timeout, Is.EqualTo(7));
        Assert.That(settings.ApplicationName, Is.EqualTo("eden"));
        Assert.That(settings.TargetSessionAttributes, Is.EqualTo("prefer-standby"));
        Assert.That(settings.ChannelBinding, Is.EqualTo(ChannelBinding.Disable));
    }

    [Test]
    public void A_search_path_may_be_a_parameter_of_its_own()
        => Assert.That(StoreAddress.ToSettings("postgresql://h/d?search_path=eden_7").SearchPath, Is.EqualTo("eden_7"));

    [TestCase("postgresql://a:1,b,[::1]:3/d", "a:1,b:5432,[::1]:3")]
    [TestCase("postgresql://a,b:2/d?port=7", "a:7,b:7")]
    [TestCase("postgresql:///d?host=a,b&port=1,2", "a:1,b:2")]
    [TestCase("postgresql:///d?host=a,/var/run&port=,2", "a:5432,/var/run:2")]
    [TestCase("postgresql:///d?host=a,b&hostaddr=10.0.0.1,::1&port=9", "10.0.0.1:9,[::1]:9")]
    [TestCase("postgresql://a,/d", "a:5432,localhost:5432")]
    public void Lists_of_hosts_and_ports_go_together(string url, string hosts)
        => Assert.That(StoreAddress.ToSettings(url).Host, Is.EqualTo(hosts));

    [TestCase("postgresql://h/d?hostaddr=10.0.0.1", "10.0.0.1")]
    [TestCase("postgresql:///d?hostaddr=::1", "::1")]
    [TestCase("postgresql://h/d?host=", "localhost")]
    [TestCase("postgresql://h/d?host=other", "other")]
    public void A_parameter_wins_over_what_stands_before_it(string url, string host)
        => Assert.That(StoreAddress.ToSettings(url).Host, Is.EqualTo(host));

    [Test]
    public void What_is_not_given_is_what_psql_does()
    {
        var settings = StoreAddress.ToSettings("postgresql://h/d");

        Assert.That((settings.CommandTimeout, settings.TcpKeepAlive, settings.TcpKeepAliveTime), Is.EqualTo((0, true, 0)));
    }

    [TestCase("keepalives=0", false, 0, 0)]
    [TestCase("keepalives=0&keepalives_idle=5", false, 0, 0)]
    [TestCase("keepalives=1", true, 0, 0)]
    [TestCase("keepalives_idle=0", true, 0, 0)]
    [TestCase("keepalives_idle=30", true, 30, 75)]
    [TestCase("keepalives_interval=10", true, 7200, 10)]
    [TestCase("keepalives_idle=30&keepalives_interval=10&keepalives=1&keepalives_count=0&tcp_user_timeout=0", true, 30, 10)]
    public void Keepalives_are_applied(string parameters, bool isOn, int idle, int interval)
    {
        var settings = StoreAddress.ToSettings($"postgresql://h/d?{parameters}");

        Assert.That((settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval), Is.EqualTo((isOn, idle, interval)));
    }

    [TestCase("fallback_application_name=f", "f")]
    [TestCase("fallback_application_name=f&application_name=a", "a")]
    [TestCase("application_name=&fallback_application_name=f", "f")]
    public void The_fallback_name_is_used_where_there_is_no_other(string parameters, string name)
        => Assert.That(StoreAddress.ToSettings($"postgresql://h/d?{parameters}").ApplicationName, Is.EqualTo(name));

    [TestCase("connect_timeout=0", 0)]
    [TestCase("connect_timeout=-1", 0)]
    [TestCase("connect_timeout=%207%20", 7)]
    [TestCase("connect_timeout=86400", 1024)]
    public void A_time_out_is_applied_as_far_as_the_driver_can(string parameter, int seconds)
        => Assert.That(StoreAddress.ToSettings($"postgresql://h/d?{parameter}").Timeout, Is.EqualTo(seconds));

    [TestCase("sslmode=require", SslMode.Require, null)]
    [TestCase("sslmode=require&sslrootcert=/ca.pem", SslMode.VerifyCA, "/ca.pem")]
    [TestCase("sslrootcert=/ca.pem&sslmode=verify-full", SslMode.VerifyFull, "/ca.pem")]
    [TestCase("sslrootcert=system", SslMode.VerifyFull, null)]
    [TestCase("ssl=true", SslMode.Require, null)]
    [TestCase("sslmode=allow&sslcompression=0&sslsni=1&sslcertmode=allow&ssl_min_protocol_version=TLSv1.2&ssl_max_protocol_version=", SslMode.Allow, null)]
    public void Tls_is_what_libpq_does(string parameters, SslMode mode, string? root)
    {
        var settings = StoreAddress.ToSettings($"postgresql://h/d?{parameters}");

        Assert.That((settings.SslMode, settings.RootCertificate), Is.EqualTo((mode, root)));
    }

    [TestCase("require_auth=scram-sha-256,md5", "ScramSHA256,MD5")]
    [TestCase("require_auth=!password,!none", "!Password,!None")]
    public void The_ways_to_log_in_are_restricted_as_asked(string parameter, string expected)
        => Assert.That(StoreAddress.ToSettings($"postgresql://h/d?{parameter}").RequireAuth, Is.EqualTo(expected));

    [TestCase("load_balance_hosts=random", true)]
    [TestCase("load_balance_hosts=disable", false)]
    public void Hosts_are_balanced_as_asked(string parameter, bool expected)
        => Assert.That(StoreAddress.ToSettings($"postgresql://a,b/d?{parameter}").LoadBalanceHosts, Is.EqualTo(expected));

    [TestCase("any")]
    [TestCase("read-write")]
    [TestCase("read-only")]
    [TestCase("primary")]
    [TestCase("standby")]
    [TestCase("prefer-standby")]
    public async Task A_kind_of_server_may_be_asked_of_one_host_and_of_several(string kind)
    {
        await using var one = StoreAddress.Open($"postgresql://h/d?target_session_attrs={kind}");
        await using var several = StoreAddress.Open($"postgresql://a,b/d?target_session_attrs={kind}");
        await using var byConnectionString = StoreAddress.Open($"Host=h;Target Session Attributes={kind}");

        Assert.That(new[] { one.Store, several.Store, byConnectionString.Store }, Has.All.Not.Null);
    }

    [TestCase("keepalives_count=3")]
    [TestCase("tcp_user_timeout=1000")]
    [TestCase("sslcrl=/x")]
    [TestCase("sslcrldir=/x")]
    [TestCase("sslcertmode=require")]
    [TestCase("sslsni=0")]
    [TestCase("ssl_min_protocol_version=TLSv1.3")]
    [TestCase("ssl_max_protocol_version=TLSv1.2")]
    [TestCase("requirepeer=postgres")]
    [TestCase("service=x")]
    [TestCase("replication=database")]
    [TestCase("gssdelegation=1")]
    [TestCase("min_protocol_version=3.2")]
    [TestCase("keepalives=hunter2")]
    [TestCase("keepalives_idle=40000")]
    [TestCase("keepalives_interval=99999999999")]
    [TestCase("connect_timeout=")]
    [TestCase("sslmode=")]
    [TestCase("sslnegotiation=hunter2")]
    [TestCase("ssl=hunter2")]
    [TestCase("require_auth=hunter2")]
    [TestCase("require_auth=")]
    [TestCase("target_session_attrs=hunter2")]
    [TestCase("load_balance_hosts=hunter2")]
    [TestCase("hostaddr=1,2")]
    [TestCase("port=1,2")]
    [TestCase("sslrootcert=system&sslmode=require")]
    [TestCase("hostaddr=10.0.0.1&sslmode=verify-full")]
    [TestCase("password=%ff%fe")]
    [TestCase("Sslmode=require")]
    [TestCase("hunter=2")]
    public void What_cannot_be_applied_is_refused_with_its_name(string parameter)
    {
        var refusal = Assert.Throws<UsageException>(() => StoreAddress.Open($"postgresql://u:hunter2@h/d?{parameter}"));

        Assert.That(refusal.Message, Does.Contain(parameter[..parameter.IndexOf('=', StringComparison.Ordinal)]).And.Not.Contain("hunter2"));
    }

    [Test]
    public void A_connection_string_is_taken_as_it_is()
        => Assert.That(StoreAddress.ToSettings("Host=h;Port=1;Username=u;Password=p://x;Database=d").Password, Is.EqualTo("p://x"));

    [TestCase("")]
    [TestCase("mysql://eden:hunter2@h/d")]
    [TestCase("just-words-hunter2")]
    [TestCase("Host=h;Port=hunter2")]
    [TestCase("Password=hunter2")]
    [TestCase("Nonsense=hunter2;Host=h")]
    [TestCase("postgresql://u:hunter2@h:port/d")]
    [TestCase("postgresql://u:hunter2@h:0/d")]
    [TestCase("postgresql://u:hunter2@h:65536/d")]
    [TestCase("postgresql://u:%hunter2@h/d")]
    [TestCase("postgresql://u:hunter2@[::1/d")]
    [TestCase("postgresql://u:p@h/d?sslmode=hunter2")]
    [TestCase("postgresql://u:p@h/d?connect_timeout=hunter2")]
    [TestCase("postgresql://u:p@h/d?nonsense=hunter2")]
    [TestCase("postgresql://u:p@h/d?hunter")]
    [TestCase("postgresql://u:hunter2%00@h/d")]
    [TestCase("postgresql://u:p@h/d%00")]
    [TestCase("postgresql://u:pass?hunter2=word@h/d?x=1")]
    [TestCase("postgresql://u:p@h/d?hunter2/x=1")]
    [TestCase("postgresql://u:hunter2%e9@h/d")]
    [TestCase("postgresql://u:hunter2@a%3A99999999999/d")]
    [TestCase("postgresql://u:hunter2@%20/d")]
    [TestCase("Host=h:99999999999;Password=hunter2")]
    [TestCase("Host=h;Password=hunter2;SSL Negotiation=Direct")]
    [TestCase("Host=h;Password=hunter2;Multiplexing=true;Pooling=false")]
    [TestCase("Host= ;Password=hunter2")]
    [TestCase("dir:")]
    public void What_cannot_be_understood_is_refused_without_quoting_it(string address)
    {
        var refusal = Assert.Throws<UsageException>(() => StoreAddress.Open(address));

        Assert.That(refusal.ToString(), Does.Not.Contain("hunter2"));
    }

    /// <summary>The parser, and what makes a data source of what it gives: the texts are URLs and connection strings with something changed, and noise.</summary>
    [Test]
    public async Task Every_text_gives_a_store_or_a_refusal([Random(4)] int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 1_500; round++)
        {
            var text = AddressText.Make(random);
            try
            {
                await using var opened = StoreAddress.Open(text);
                Assert.That(opened.Store, Is.Not.Null);
            }
            catch (UsageException refusal)
            {
                Assert.That(refusal.Message, Is.Not.Empty.And.Not.Contain(AddressText.Secret));
            }
            catch (Exception unexpected)
            {
                Assert.Fail($"seed {seed}: {text}: {unexpected}");
            }
        }
    }
}
