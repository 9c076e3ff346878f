using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Sync;

/// <summary>What goes wrong between https:// and a remote: the message says which of the three it is, and nothing points to an exception that nobody sees.</summary>
[TestFixture]
[Category("RealGit")]
public class RemoteTlsTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TempFolder();
        await GitCli.RunAsync(_folder.Path, "init", "-q", "--bare", "exp.git");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_certificate_that_nobody_vouches_for_is_not_trusted()
    {
        using var certificate = MakeCertificate("127.0.0.1");
        await using var remote = await GitHttpRemote.StartAsync(_folder.Path, certificate);

        var failure = await FailAsync(remote.Url("exp.git"));

        Assert.That(failure.Message, Does.Contain("is not trusted on this machine").And.Contain("CN=127.0.0.1").And.Contain("by itself"));
    }

    [Test]
    public async Task A_certificate_for_another_name_is_named_with_the_names_it_is_for()
    {
        using var certificate = MakeCertificate("git.example.org");
        await using var remote = await GitHttpRemote.StartAsync(_folder.Path, certificate);

        var failure = await FailAsync(remote.Url("exp.git"));

        Assert.That(failure.Message, Does.Contain("is for another host name than 127.0.0.1: git.example.org"));
    }

    [Test]
    public async Task A_certificate_whose_time_is_over_is_told_with_its_dates()
    {
        using var certificate = MakeCertificate("127.0.0.1", new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var remote = await GitHttpRemote.StartAsync(_folder.Path, certificate);

        var failure = await FailAsync(remote.Url("exp.git"));

        Assert.That(failure.Message, Does.Contain("has expired").And.Contain("2020-01-01 00:00:00Z to 2020-01-31 00:00:00Z"));
    }

    [Test]
    public async Task A_certificate_that_the_host_s_own_check_refuses_is_told_apart()
    {
        using var certificate = MakeCertificate("127.0.0.1");
        await using var remote = await GitHttpRemote.StartAsync(_folder.Path, certificate);
        var pinned = certificate.Thumbprint;
        var options = new LocalCloneOptions { CertificateValidation = (_, shown, _, _) => shown?.GetCertHashString() == pinned };
        await LocalClone.EnsureAsync(_folder["clone.git"], remote.Url("exp.git"), options);
        pinned = "another";

        var failure = await FailAsync(remote.Url("exp.git"), options);

        Assert.That(failure.Message, Does.Contain("The certificate of the remote"));
    }

    [Test]
    public async Task A_port_without_tls_is_told()
    {
        await using var remote = await GitHttpRemote.StartAsync(_folder.Path);

        var failure = await FailAsync(remote.Url("exp.git").Replace("http://", "https://", StringComparison.Ordinal));

        Assert.That(failure.Message, Does.Contain("does not speak TLS on that port"));
    }

    [TestCase("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")]
    [TestCase("220 mail.example.org ESMTP\r\n")]
    [TestCase("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public async Task A_port_of_another_service_is_told(string banner)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, banner);

        var failure = await FailAsync($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/exp.git");

        Assert.That(failure.Message, Does.Contain("does not speak TLS on that port"));
        await serving;
    }

    [Test]
    public async Task A_port_with_tls_that_is_asked_without_is_told()
    {
        using var certificate = MakeCertificate("127.0.0.1");
        await using var remote = await GitHttpRemote.StartAsync(_folder.Path, certificate);

        var failure = await Assert.CatchAsync<GitException>(
            () => LocalClone.EnsureAsync(_folder["clone.git"], remote.Url("exp.git").Replace("https://", "http://", StringComparison.Ordinal)));

        Assert.That(failure!.Message, Does.Contain("cannot be reached").Or.Contain("HTTP 400").And.Not.Contain("inner exception"));
    }

    private static async Task ServeAsync(TcpListener listener, string banner)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync(System.Text.Encoding.Latin1.GetBytes(banner));
        try
        {
            while (await client.GetStream().ReadAsync(new byte[1024]) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The other side has hung up, which is what it is expected to do.
        }
    }

    private static X509Certificate2 MakeCertificate(string name, DateTimeOffset? notBefore = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        var from = notBefore ?? DateTimeOffset.UtcNow.AddDays(-1);
        return request.CreateSelfSigned(from, from.AddDays(30));
    }

    private async Task<GitException> FailAsync(string url, LocalCloneOptions? options = null)
    {
        var failure = await Assert.CatchAsync<GitException>(() => LocalClone.EnsureAsync(_folder["other.git"], url, options));
        Assert.That(failure!.Message, Does.Not.Contain("inner exception"));
        Assert.That(failure.IsTransient, Is.False, "somebody must do something about it");
        return failure;
    }
}
