using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.AspNetCore.Tests.Server;

/// <summary>The sample server as operators run it.</summary>
[TestFixture]
public class ServerProcessTests
{
    private static readonly Dictionary<string, string> s_none = [];

    private Deployment _deployment = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _deployment = await Deployment.CreateAsync(variants: 12);

    [OneTimeTearDown]
    public ValueTask TearDown() => _deployment.DisposeAsync();

    [Test]
    public async Task It_starts_with_remote_and_database_down_and_ends_cleanly_when_told()
    {
        using var server = await ServerProcess.StartAsync(
            s_none,
            "--store-url", "postgresql://eden:the-store-password@127.0.0.1:1/eden", "--admin-token", ServerProcess.AdminToken,
            "--repo-path", _deployment["never.git"], "--forgejo-url", "http://127.0.0.1:1/eden/experiment.git", "--credential-helper", _deployment.HelperPath, "--port", "0");

        using var health = await server.Client.GetAsync(new Uri("/healthz", UriKind.Relative));
        Assert.That(health.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        using var record = await server.Client.GetAsync(new Uri("/v0/experiments/exp_01hqs3m4n5p6q7r8s9t0v1w2x3", UriKind.Relative));
        var problem = await Problem.ReadAsync(record, HttpStatusCode.ServiceUnavailable, "eden://reference-error/store-unavailable");
        Assert.That(problem.Document.ToString(), Does.Not.Contain("127.0.0.1"));
        Assert.That(record.Headers.RetryAfter, Is.Not.Null);
        using var nowhere = await server.Client.GetAsync(new Uri("/v0/experiments", UriKind.Relative));
        using var otherMethod = await server.Client.GetAsync(new Uri("/v0/checkpoints/import", UriKind.Relative));
        await Problem.ReadAsync(nowhere, HttpStatusCode.NotFound, "eden://reference-error/no-such-route");
        await Problem.ReadAsync(otherMethod, HttpStatusCode.MethodNotAllowed, "eden://reference-error/method-not-allowed");
        Assert.That(otherMethod.Content.Headers.Allow, Is.EqualTo(new[] { "POST" }));

        var (exitCode, output, error) = await server.TerminateAsync();

        Assert.That(exitCode, Is.Zero, error);
        Assert.That(output, Is.Empty, "standard output has one line");
        Assert.That(Directory.Exists(_deployment["never.git"]), Is.False);
        AssertJsonWithoutSecrets(error);
    }

    [Test]
    public async Task A_credential_helper_without_a_remote_is_ignored_with_a_warning()
    {
        using var server = await ServerProcess.StartAsync(
            s_none,
            "--store-url", "postgresql://eden@127.0.0.1:1/eden", "--admin-token", ServerProcess.AdminToken, "--credential-helper", _deployment.HelperPath, "--port", "0");

        var (exitCode, _, error) = await server.TerminateAsync();

        Assert.That(exitCode, Is.Zero, error);
        using var line = JsonDocument.Parse(error.Split('\n').Single(line => line.Contains("--credential-helper", StringComparison.Ordinal)));
        Assert.That(line.RootElement.GetProperty("level").GetString(), Is.EqualTo("Warning"));
        Assert.That(line.RootElement.GetProperty("event").GetInt32(), Is.EqualTo(5000));
    }

    [Test]
    public async Task It_starts_and_ends_while_remote_and_database_take_connections_and_never_answer([Values] bool scheduled)
    {
        using var database = new TcpListener(IPAddress.Loopback, 0);
        database.Start();
        using var remote = new TcpListener(IPAddress.Loopback, 0);
        remote.Start();
        await File.WriteAllTextAsync(_deployment["silent.yaml"], $"auto_checkpoint:\n  enabled: {(scheduled ? "true" : "false")}\n");

        using var server = await ServerProcess.StartAsync(
            s_none,
            "--store-url", $"postgresql://eden:the-store-password@{database.LocalEndpoint}/eden", "--experiment-id", _deployment.Id, "--admin-token", ServerProcess.AdminToken,
            "--repo-path", _deployment["never.git"], "--forgejo-url", $"http://{remote.LocalEndpoint}/eden/experiment.git", "--credential-helper", _deployment.HelperPath,
            "--experiment-config", _deployment["silent.yaml"], "--auto-checkpoint-dir", _deployment["silent-auto"], "--port", "0");
        if (scheduled)
        {
            // The first look at the experiment's state is under way when the server is told to end.
            using var asked = await database.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(60));
            await EndsAsync(server);
        }
        else
        {
            Assert.That(database.Pending(), Is.False, "the start contacted the database");
            await EndsAsync(server);
        }

        Assert.That(remote.Pending(), Is.False, "the start contacted the remote");

        static async Task EndsAsync(ServerProcess server)
        {
            var (exitCode, _, error) = await server.TerminateAsync();
            Assert.That(exitCode, Is.Zero, error);
            AssertJsonWithoutSecrets(error);
        }
    }

    [Test]
    public async Task It_exports_with_its_settings_from_the_environment_and_tells_no_secret()
    {
        await File.WriteAllTextAsync(_deployment["config.yaml"], "name: demo\nauto_checkpoint:\n  enabled: false\n");
        using var server = await ServerProcess.StartAsync(new Dictionary<string, string>
        {
            ["EDEN_STORE_URL"] = _deployment.Database.Url,
            ["EDEN_EXPERIMENT_ID"] = _deployment.Id,
            ["EDEN_EXPERIMENT_CONFIG"] = _deployment["config.yaml"],
            ["EDEN_ADMIN_TOKEN"] = ServerProcess.AdminToken,
            ["EDEN_REPO_PATH"] = _deployment["server-clone.git"],
            ["EDEN_FORGEJO_URL"] = _deployment.RemoteUrl,
            ["EDEN_CREDENTIAL_HELPER"] = _deployment.HelperPath,
            ["EDEN_AUTO_CHECKPOINT_DIR"] = "",
            ["EDEN_PORT"] = "0",
        });

        using var answer = await server.Client.PostAsync(new Uri($"/v0/experiments/{_deployment.Id}/checkpoint", UriKind.Relative), null);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync());
        var archive = await answer.Content.ReadAsByteArrayAsync();
        using var unauthorized = new HttpRequestMessage(HttpMethod.Get, new Uri($"/v0/experiments/{_deployment.Id}", UriKind.Relative));
        unauthorized.Headers.Authorization = TestServer.Bearer("wkr_01hqs3m4n5p6q7r8s9t0v1w2a9", "a-worker-token-that-is-wrong");
        using var refused = await server.Client.SendAsync(unauthorized);

        var report = await new CheckpointVerifier(new CrossReferenceValidator()).VerifyAsync(new MemoryStream(archive));
        Assert.That(report.Violations, Is.Empty);
        Assert.That(TarMembers.Read(archive)["checkpoint/experiment-config.yaml"], Is.EqualTo(await File.ReadAllBytesAsync(_deployment["config.yaml"])));
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        var (exitCode, _, error) = await server.TerminateAsync();
        Assert.That(exitCode, Is.Zero);
        Assert.That(error, Does.Contain("Exported").And.Contain("was refused with 401"));
        AssertJsonWithoutSecrets(error);
    }

    [Test]
    public async Task A_download_under_way_ends_before_the_server_does_when_it_is_told_to_end()
    {
        var temporary = Directory.CreateDirectory(_deployment["server-tmp"]).FullName;
        await File.WriteAllTextAsync(_deployment["long.yaml"], $"objective: {new string('x', 12 << 20)}\n");
        using var server = await ServerProcess.StartAsync(
            new Dictionary<string, string> { ["TMPDIR"] = temporary, ["DOTNET_EnableDiagnostics"] = "0" },
            "--store-url", _deployment.Database.Url, "--experiment-id", _deployment.Id, "--admin-token", TestServer.AdminToken,
            "--experiment-config", _deployment["long.yaml"], "--repo-path", _deployment.RepositoryPath, "--port", "0");
        using var client = await RawClient.ConnectAsync(server.Client.BaseAddress!);
        await client.SendHeadAsync("POST", $"/v0/experiments/{_deployment.Id}/checkpoint", "Content-Length: 0");
        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 200 "));

        var ending = server.TerminateAsync();
        while (await ConnectsAsync(server.Client.BaseAddress!) && !ending.IsCompleted)
        {
            // The first thing that an ending server does is to take no new connections.
        }

        using var body = new MemoryStream();
        await client.Stream.CopyToAsync(body);
        var (exitCode, _, error) = await ending;

        Assert.That(exitCode, Is.Zero, error);
        Assert.That(body.Length, Is.GreaterThan(12 << 20));
        Assert.That(System.Text.Encoding.ASCII.GetString(body.GetBuffer(), (int)body.Length - 7, 7), Is.EqualTo("\r\n0\r\n\r\n"), "a chunked body that is whole ends like this");
        Assert.That(error, Does.Contain("Exported"));
        Assert.That(Directory.EnumerateFileSystemEntries(temporary), Is.Empty);

        static async Task<bool> ConnectsAsync(Uri address)
        {
            try
            {
                using var another = await RawClient.ConnectAsync(address);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    [Test]
    public async Task A_terminated_experiment_is_checkpointed_once_also_across_restarts()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        await _deployment.Experiment.LoadAsync(database.DataSource);
        await database.ExecuteAsync("UPDATE experiment SET state = 'terminated'");
        await File.WriteAllTextAsync(_deployment["auto.yaml"], "auto_checkpoint:\n  enabled: true\n  interval_seconds: 3600\n");
        var directory = Directory.CreateDirectory(_deployment["auto"]).FullName;
        string[] arguments =
        [
            "--store-url", database.Url, "--experiment-id", _deployment.Id, "--experiment-config", _deployment["auto.yaml"], "--admin-token", ServerProcess.AdminToken,
            "--repo-path", _deployment.RepositoryPath, "--auto-checkpoint-dir", directory, "--port", "0",
        ];
        using var written = new FileSystemWatcher(directory, "*-terminated-*.tar");
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        written.Renamed += (_, change) => seen.TrySetResult(change.FullPath);
        written.EnableRaisingEvents = true;

        using (var server = await ServerProcess.StartAsync(s_none, arguments))
        {
            var path = await seen.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await using var archive = File.OpenRead(path);
            Assert.That((await new CheckpointVerifier(new CrossReferenceValidator()).VerifyAsync(archive)).Violations, Is.Empty);
            await server.TerminateAsync();
        }

        using (var again = await ServerProcess.StartAsync(s_none, arguments))
        {
            // The first look at the state comes at the start; a request afterwards says that the server is past it.
            using var answer = await again.Client.GetAsync(new Uri($"/v0/experiments/{_deployment.Id}", UriKind.Relative));
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            await again.TerminateAsync();
        }

        Assert.That(Directory.GetFiles(directory), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Settings_that_make_no_sense_end_it_with_2_and_a_reason()
    {
        string[] enough = ["--store-url", "postgresql://eden@127.0.0.1:1/eden", "--admin-token", "the-token"];

        await ExpectAsync("--forgejo-url needs --repo-path", [.. enough, "--forgejo-url", "http://127.0.0.1:1/x.git"]);
        await ExpectAsync("--store-url is needed", "--admin-token", "the-token");
        await ExpectAsync("No request can carry the admin token", "--store-url", "postgresql://eden@127.0.0.1:1/eden", "--admin-token", "the-token\n");
        await ExpectAsync("1 to 1,000 imports", [.. enough, "--max-concurrent-imports", "1001"]);
        await ExpectAsync("--surprise", [.. enough, "--surprise", "1"]);
        await ExpectAsync("'exp_1' is not an experiment id", [.. enough, "--experiment-id", "exp_1"]);
        await ExpectAsync("The remote 'ssh://git.example/x.git' is not", [.. enough, "--repo-path", _deployment["never.git"], "--forgejo-url", "ssh://git.example/x.git"]);

        static async Task ExpectAsync(string reason, params string[] arguments)
        {
            var (exitCode, _, error) = await ServerProcess.RunAsync(s_none, arguments);
            Assert.That(exitCode, Is.EqualTo(2), error);
            Assert.That(error, Does.Contain(reason).And.Not.Contain("the-token"));
            Assert.That(error, Does.Not.Contain("   at "), "a reason, no trace");
        }
    }

    [Test]
    public async Task An_address_that_cannot_be_listened_on_ends_it_with_1_and_a_reason([Values("taken", "foreign")] string address)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        // The other one is of the block for documentation, and nobody's.
        var (exitCode, output, error) = await ServerProcess.RunAsync(
            s_none,
            "--store-url", "postgresql://eden@127.0.0.1:1/eden", "--admin-token", ServerProcess.AdminToken,
            "--host", address == "taken" ? "127.0.0.1" : "192.0.2.1",
            "--port", address == "taken" ? ((IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture) : "0");

        Assert.That(exitCode, Is.EqualTo(1), error);
        Assert.That(error.Split('\n'), Has.Some.StartsWith(address == "taken" ? "Failed to bind" : "Cannot assign"));
        Assert.That(output, Is.Empty);
    }

    private static void AssertJsonWithoutSecrets(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Is.Not.Empty);
        foreach (var line in lines)
        {
            using var entry = JsonDocument.Parse(line);
            Assert.That(entry.RootElement.GetProperty("level").GetString(), Is.Not.Empty);
        }

        Assert.That(log, Does.Not.Contain(ServerProcess.AdminToken).And.Not.Contain("the-store-password").And.Not.Contain("s3cret-in-the-helper").And.Not.Contain("a-worker-token"));
    }
}
