using System.Net;
using System.Net.Sockets;
using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Npgsql;

namespace Eden.Checkpoint.Tests.Stores.Postgres;

/// <summary>A TLS connection that does not come about says which of the ways to fail it was.</summary>
[TestFixture]
[NonParallelizable]
public class TlsFailureTests
{
    private TempFolder _folder = null!;
    private TempDatabase _database = null!;

    [SetUp]
    public async Task MakeDatabase()
    {
        _folder = new TempFolder();
        _database = await PostgresCheckpointStoreTests.CreateAsync();
    }

    [TearDown]
    public async Task Remove()
    {
        _folder.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [Test]
    public async Task A_certificate_for_this_server_by_an_authority_that_is_known_is_taken()
    {
        var certificate = ServerCertificate.For("127.0.0.1");
        await using var tls = await TempPostgres.UseTlsAsync(certificate.Certificate, certificate.Key);
        await using var source = NpgsqlDataSource.Create(With(SslMode.VerifyFull, await WriteAsync("ca.pem", certificate.Authority)));

        await using var snapshot = await new PostgresCheckpointStore(source).OpenSnapshotAsync();

        Assert.That(snapshot.ExperimentId, Is.EqualTo("exp_1"));
    }

    [Test]
    public async Task A_certificate_for_another_name_is_said_to_be_that()
    {
        var certificate = ServerCertificate.For("db.example");
        await using var tls = await TempPostgres.UseTlsAsync(certificate.Certificate, certificate.Key);

        var message = await FailAsync(With(SslMode.VerifyFull, await WriteAsync("ca.pem", certificate.Authority)));

        Assert.That(message, Does.Contain("wrong name").And.Contain("it is for db.example, not for 127.0.0.1").And.Not.Contain("not trusted"));
    }

    [TestCase(SslMode.VerifyCA)]
    [TestCase(SslMode.VerifyFull)]
    public async Task A_certificate_by_another_authority_is_said_to_be_not_trusted(SslMode mode)
    {
        var certificate = ServerCertificate.For("127.0.0.1");
        await using var tls = await TempPostgres.UseTlsAsync(certificate.Certificate, certificate.Key);

        var message = await FailAsync(With(mode, await WriteAsync("ca.pem", ServerCertificate.For("127.0.0.1").Authority)));

        Assert.That(message, Does.Contain("not trusted").And.Contain("authority that is not known here").And.Not.Contain("wrong name"));
    }

    [Test]
    public async Task A_certificate_that_has_expired_is_said_to_have()
    {
        var certificate = ServerCertificate.For("127.0.0.1", TimeSpan.FromDays(1));
        await using var tls = await TempPostgres.UseTlsAsync(certificate.Certificate, certificate.Key);

        var message = await FailAsync(With(SslMode.VerifyFull, await WriteAsync("ca.pem", certificate.Authority)));

        Assert.That(message, Does.Contain("not trusted").And.Contain("has expired").And.Not.Contain("not known"));
    }

    [Test]
    public async Task The_console_says_both_when_both_are_wrong_and_ends_with_3()
    {
        var certificate = ServerCertificate.For("db.example");
        await using var tls = await TempPostgres.UseTlsAsync(certificate.Certificate, certificate.Key);
        var root = await WriteAsync("ca.pem", ServerCertificate.For("db.example").Authority);

        var run = await ConsoleRun.StartAsync(
            _folder.Path, "export", "--store", $"{_database.Url}?sslmode=verify-full&sslrootcert={Uri.EscapeDataString(root)}", "--experiment-id", "exp_43bca9zf6xhg0tj8d459681ae3", "--out", _folder["out.tar"], "--json");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        var answer = run.JsonLines.Single();
        Assert.That(answer.GetProperty("detail").GetString(), Does.Contain("not trusted").And.Contain("wrong name").And.Not.Contain("inner exception"));
        Assert.That(answer.GetProperty("retryable").GetBoolean(), Is.False);
    }

    [TestCase(SslMode.Require)]
    [TestCase(SslMode.VerifyCA)]
    [TestCase(SslMode.VerifyFull)]
    public async Task A_server_without_tls_is_said_to_have_none(SslMode mode)
        => Assert.That(await FailAsync(With(mode, null)), Does.Contain("does not do TLS"));

    [Test]
    public async Task A_server_that_does_not_expect_tls_at_once_is_said_not_to_speak_it()
        => Assert.That(
            await FailAsync(_database.With(parts => (parts.SslMode, parts.SslNegotiation) = (SslMode.Require, SslNegotiation.Direct))),
            Does.Contain("TLS").And.Contain("127.0.0.1"));

    [TestCase("HTTP/1.1 400 Bad Request\r\n\r\n", "is no PostgreSQL server")]
    [TestCase("S and what is no handshake", "does not speak TLS")]
    [TestCase("", "closes the connection")]
    public async Task Something_else_that_listens_is_said_to_be_no_such_server(string answer, string said)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var ending = new CancellationTokenSource();
        var serving = ServeAsync(listener, answer, ending.Token);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var message = await FailAsync($"Host=127.0.0.1;Port={port};Username=u;Password=p;Database=d;SSL Mode=Require");

        Assert.That(message, Does.Contain(said));
        await ending.CancelAsync();
        await serving;
    }

    [Test]
    public async Task Each_of_several_hosts_is_named_with_its_own_failure()
    {
        var port = new NpgsqlConnectionStringBuilder(_database.ConnectionString).Port;

        var message = await FailAsync($"Host=127.0.0.1:{port},localhost:{port};Username=u;Password=p;Database=d;SSL Mode=Require");

        Assert.That(message, Does.Contain($"127.0.0.1:{port} does not do TLS").And.Contain($"localhost:{port} does not do TLS"));
    }

    [Test]
    public async Task Hosts_that_cannot_be_reached_are_told_with_what_was_met_at_each()
        => Assert.That(
            await FailAsync("Host=127.0.0.1:1,127.0.0.2:1;Username=u;Password=p;Database=d"),
            Does.Contain("127.0.0.1:1").And.Contain("127.0.0.2:1").And.Contain("refused"));

    [TestCase("Host=no-such-host.invalid;Username=u;Password=hunter2;Database=d")]
    [TestCase("Host=127.0.0.1;Port=1;Username=u;Password=hunter2;Database=d;SSL Mode=VerifyFull;Root Certificate=/nowhere/ca.pem")]
    [TestCase("Host=@@@;Username=u;Password=hunter2;Database=d")]
    [TestCase("Host=a b;Username=u;Password=hunter2;Database=d")]
    [TestCase("Host=127.0.0.1;Port=1;Username=u;Password=hunter2;Database=d;Tcp Keepalive Interval=5")]
    public async Task Whatever_keeps_a_connection_from_coming_is_a_failure_of_the_database(string connectionString)
        => Assert.That(await FailAsync(connectionString), Is.Not.Empty.And.Not.Contain("hunter2"));

    [Test]
    public async Task A_host_name_of_any_length_is_a_failure_of_the_database()
        => Assert.That(await FailAsync($"Host={new string('a', 300)};Username=u;Password=hunter2;Database=d"), Is.Not.Empty);

    [TestCase("SSL Certificate")]
    [TestCase("Root Certificate")]
    public async Task A_file_that_is_no_certificate_is_a_failure_of_the_database(string setting)
    {
        var certificate = ServerCertificate.For("127.0.0.1");
        await using var tls = await TempPostgres.UseTlsAsync(certificate.Certificate, certificate.Key);
        var file = await WriteAsync("nonsense.pem", "nonsense");

        Assert.That(await FailAsync(With(SslMode.VerifyFull, null) + $";{setting}={file}"), Does.Not.Contain("hunter2"));
    }

    private static async Task<string> FailAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var failure = await Assert.ThrowsAsync<NpgsqlException>(() => new PostgresCheckpointStore(source).OpenSnapshotAsync());
        Assert.That(failure!.Message, Does.Not.Contain("inner exception").IgnoreCase);
        return failure.Message;
    }

    private static async Task ServeAsync(TcpListener listener, string answer, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(cancellationToken);
                var stream = client.GetStream();
                await stream.ReadExactlyAsync(new byte[8], cancellationToken);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private string With(SslMode mode, string? root)
        => _database.With(parts => (parts.SslMode, parts.RootCertificate, parts.Pooling) = (mode, root, false));

    private async Task<string> WriteAsync(string name, string text)
    {
        await File.WriteAllTextAsync(_folder[name], text);
        return _folder[name];
    }
}
