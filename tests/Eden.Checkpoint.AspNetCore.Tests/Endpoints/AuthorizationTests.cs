using System.Net;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

/// <summary>Who gets in, over the wire.</summary>
[TestFixture]
public class AuthorizationTests
{
    private const string Id = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string Worker = "wkr_01hqs3m4n5p6q7r8s9t0v1w2a1";
    private const string Native = $$"""{"experiment_id":"{{Id}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""";

    private TestServer _shared = null!;

    [OneTimeSetUp]
    public async Task StartTheServer() => _shared = await StartAsync();

    [OneTimeTearDown]
    public ValueTask StopTheServer() => _shared.DisposeAsync();

    [Test]
    public async Task Without_a_valid_bearer_every_route_answers_401_and_names_the_scheme(
        [Values("none", "Basic YWRtaW46eA==", "Bearer", "Bearer admin", "Bearer :secret", "Bearer admin:", "Bearer admin:wrong", "Bearer Admin:" + TestServer.AdminToken, "Bearer admin:" + TestServer.AdminToken + " ", "Bearer wkr_1:x", "Bearer exp_01hqs3m4n5p6q7r8s9t0v1w2x3:x")] string header,
        [Values("POST /v0/checkpoints/import", $"POST /v0/experiments/{Id}/checkpoint", $"GET /v0/experiments/{Id}")] string route)
    {
        using var client = new HttpClient { BaseAddress = _shared.Address };
        var parts = route.Split(' ');
        using var request = new HttpRequestMessage(HttpMethod.Parse(parts[0]), parts[1]);
        if (header != "none")
        {
            request.Headers.TryAddWithoutValidation("Authorization", header.EndsWith(' ') ? header[..^1] + "x" : header);
        }

        using var answer = await client.SendAsync(request);

        await Problem.ReadAsync(answer, HttpStatusCode.Unauthorized, "eden://error/unauthorized");
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
    }

    [Test]
    public async Task Two_authorization_headers_are_none()
    {
        await using var server = await StartAsync();
        using var client = await RawClient.ConnectAsync(server.Address);

        await client.SendHeadAsync("GET", $"/v0/experiments/{Id}", "Authorization: Bearer admin:other");

        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 401 "));
    }

    [TestCase("bearer")]
    [TestCase("BEARER")]
    public async Task The_scheme_is_case_insensitive_and_the_token_may_hold_colons(string scheme)
    {
        await using var server = await StartAsync();

        using var answer = await server.ReadAsync(Id, request => request.Headers.Authorization = new(scheme, $"admin:{TestServer.AdminToken}"));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Without_an_admin_token_nobody_is_admin()
    {
        await using var server = await StartAsync(options => options.AdminToken = null);

        using var answer = await server.ExportAsync(Id);

        await Problem.ReadAsync(answer, HttpStatusCode.Unauthorized, "eden://error/unauthorized");
    }

    [Test]
    public async Task A_worker_reads_the_record_and_may_do_nothing_else()
    {
        var token = new string('a', 64);
        var credential = await new Argon2idCredentialIssuer().IssueAsync(Worker);
        var hashes = new Mock<IWorkerCredentialHashes>();
        hashes.Setup(h => h.FindAsync(Worker, It.IsAny<CancellationToken>())).ReturnsAsync(credential.Hash);
        await using var server = await StartAsync(null, hashes.Object);

        using var read = await server.ReadAsync(Id, request => request.Headers.Authorization = TestServer.Bearer(Worker, credential.Token));
        using var export = await server.ExportAsync(Id, "", request => request.Headers.Authorization = TestServer.Bearer(Worker, credential.Token));
        using var wrong = await server.ReadAsync(Id, request => request.Headers.Authorization = TestServer.Bearer(Worker, token));
        using var unknown = await server.ReadAsync(Id, request => request.Headers.Authorization = TestServer.Bearer("wkr_01hqs3m4n5p6q7r8s9t0v1w2a9", token));

        Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await Problem.ReadAsync(export, HttpStatusCode.Forbidden, "eden://error/forbidden");
        var refusal = await Problem.ReadAsync(wrong, HttpStatusCode.Unauthorized, "eden://error/unauthorized");
        var stranger = await Problem.ReadAsync(unknown, HttpStatusCode.Unauthorized, "eden://error/unauthorized");
        Assert.That(stranger.Detail, Is.EqualTo(refusal.Detail), "the answer must not tell who exists");
        Assert.That(server.Log.AllText, Does.Not.Contain(credential.Token).And.Not.Contain(token).And.Not.Contain(TestServer.AdminToken));
    }

    [Test]
    public async Task A_host_may_decide_by_itself()
    {
        var authorizer = new Mock<ICheckpointAuthorizer>();
        authorizer.Setup(a => a.AuthorizeAsync(It.IsAny<HttpContext>(), CheckpointOperation.Export)).Throws(new CheckpointForbiddenException("not today"));
        await using var server = await TestServer.StartAsync(
            options => options.Experiments.Add(new CheckpointExperiment(new InMemoryCheckpointStore(Native))), "", services => services.AddSingleton(authorizer.Object));

        using var read = await server.ReadAsync(Id, request => request.Headers.Authorization = TestServer.Bearer("nobody", "at-all"));
        using var export = await server.ExportAsync(Id);

        Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await Problem.ReadAsync(export, HttpStatusCode.Forbidden, "eden://error/forbidden");
    }

    private static Task<TestServer> StartAsync(Action<EdenCheckpointOptions>? configure = null, IWorkerCredentialHashes? hashes = null)
        => TestServer.StartAsync(options =>
        {
            options.Experiments.Add(new CheckpointExperiment(new InMemoryCheckpointStore(Native)) { WorkerCredentials = hashes });
            configure?.Invoke(options);
        });
}
