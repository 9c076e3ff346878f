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
        var settings = new NpgsqlConnectionStringBuilder(StoreAddress.ToConnectionString(url));

        Assert.That(
            (settings.Host, settings.Port, settings.Username, settings.Password, settings.Database),
            Is.EqualTo((host, port, user, password, database)));
    }

    [Test]
    public void Parameters_of_libpq_become_those_of_the_driver()
    {
        var settings = new NpgsqlConnectionStringBuilder(StoreAddress.ToConnectionString(
            "postgresql://h/d?options=-csearch_path%3Deden_7%2Cpublic&sslmode=verify-full&connect_timeout=7&application_name=eden&target_session_attrs=prefer-standby&channel_binding=disable"));

        Assert.That(settings.Options, Is.EqualTo("-csearch_path=eden_7,public"));
        Assert.That(settings.SslMode, Is.EqualTo(SslMode.VerifyFull));
        Assert.That(settings.Timeout, Is.EqualTo(7));
        Assert.That(settings.ApplicationName, Is.EqualTo("eden"));
        Assert.That(settings.TargetSessionAttributes, Is.EqualTo("prefer-standby"));
        Assert.That(settings.ChannelBinding, Is.EqualTo(ChannelBinding.Disable));
    }

    [Test]
    public void A_search_path_may_be_a_parameter_of_its_own()
        => Assert.That(new NpgsqlConnectionStringBuilder(StoreAddress.ToConnectionString("postgresql://h/d?search_path=eden_7")).SearchPath, Is.EqualTo("eden_7"));

    [Test]
    public void Several_hosts_keep_their_ports()
        => Assert.That(
            new NpgsqlConnectionStringBuilder(StoreAddress.ToConnectionString("postgresql://a:1,b,[::1]:3/d")).Host,
            Is.EqualTo("a:1,b,[::1]:3"));

    [Test]
    public void A_connection_string_is_taken_as_it_is()
        => Assert.That(
            new NpgsqlConnectionStringBuilder(StoreAddress.ToConnectionString("Host=h;Port=1;Username=u;Password=p://x;Database=d")).Password,
            Is.EqualTo("p://x"));

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
    [TestCase("dir:")]
    public void What_cannot_be_understood_is_refused_without_quoting_it(string address)
    {
        var refusal = Assert.Throws<UsageException>(() => StoreAddress.Open(address));

        Assert.That(refusal.ToString(), Does.Not.Contain("hunter2"));
    }

    [Test]
    public void Every_string_gives_an_address_or_a_refusal([Random(3)] int seed)
    {
        const string alphabet = "postgresql://+?&=%@:/[],;ab01 ";
        var random = new Random(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var tail = string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var address = random.Next(2) == 0 ? $"postgresql://{tail}" : tail;
            try
            {
                StoreAddress.ToConnectionString(address);
            }
            catch (UsageException)
            {
                continue;
            }

            Assert.That(new NpgsqlConnectionStringBuilder(StoreAddress.ToConnectionString(address)).Host, Is.Not.Empty, $"seed {seed}: {address}");
        }
    }
}
