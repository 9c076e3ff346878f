using System.Net;
using System.Security.Claims;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using Npgsql;

namespace Eden.Checkpoint.AspNetCore.Tests.Authorization;

/// <summary>The authentication scheme and the policies, on endpoints of the host's own.</summary>
[TestFixture]
public class AuthenticationSchemeTests
{
    private const string Id = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string WorkerId = "wkr_01hqs3m4n5p6q7r8s9t0v1w2a1";

    private static WorkerCredential s_worker = null!;

    [OneTimeSetUp]
    public static async Task OneTimeSetUp() => s_worker = await new Argon2idCredentialIssuer().IssueAsync(WorkerId);

    [Test]
    public async Task The_policies_let_the_admin_and_registered_workers_in()
    {
        await using var server = await StartAsync();

        Assert.That(await AskAsync(server, "/own/admin", "admin", TestServer.AdminToken), Is.EqualTo((HttpStatusCode.OK, "admin EdenCheckpoint.Admin")));
        Assert.That(await AskAsync(server, "/own/worker", "admin", TestServer.AdminToken), Is.EqualTo((HttpStatusCode.OK, "admin EdenCheckpoint.Admin")));
        Assert.That(await AskAsync(server, "/own/worker", WorkerId, s_worker.Token), Is.EqualTo((HttpStatusCode.OK, $"{WorkerId} EdenCheckpoint.Worker")));
    }

    [TestCase("/own/admin", WorkerId, null, HttpStatusCode.Forbidden, "eden://error/forbidden")]
    [TestCase("/own/admin", "admin", "wrong", HttpStatusCode.Unauthorized, "eden://error/unauthorized")]
    [TestCase("/own/worker", WorkerId, "wrong", HttpStatusCode.Unauthorized, "eden://error/unauthorized")]
    [TestCase("/own/worker", "", "", HttpStatusCode.Unauthorized, "eden://error/unauthorized")]
    public async Task Who_is_refused_gets_the_problem_that_the_checkpoint_endpoints_give(string path, string principal, string? secret, HttpStatusCode status, string type)
    {
        await using var server = await StartAsync();
        using var request = Request(path, principal, secret ?? s_worker.Token);

        using var answer = await server.Client.SendAsync(request);

        await Problem.ReadAsync(answer, status, type);
        Assert.That(answer.Headers.WwwAuthenticate.Select(header => header.Scheme), Is.EqualTo(status == HttpStatusCode.Unauthorized ? new[] { "Bearer" } : []));
    }

    [Test]
    public async Task A_store_that_does_not_answer_is_told_with_Retry_After_and_stays_in_the_log()
    {
        var hashes = new Mock<IWorkerCredentialHashes>();
        hashes.Setup(h => h.FindAsync(It.IsAny<string>(), It.IsAny<CancellationToken>())).ThrowsAsync(new NpgsqlException("of s3cret", new TimeoutException()));
        await using var server = await StartAsync(hashes.Object);
        using var request = Request("/own/worker", WorkerId, s_worker.Token);

        using var answer = await server.Client.SendAsync(request);

        await Problem.ReadAsync(answer, HttpStatusCode.ServiceUnavailable, "eden://reference-error/store-unavailable");
        Assert.That(answer.Headers.RetryAfter, Is.Not.Null);
        Assert.That(server.Log.Entries.Count(entry => entry.Event == 4006), Is.EqualTo(1));
    }

    [Test]
    public async Task A_policy_of_the_host_takes_the_place_of_ours([Values] bool before)
    {
        static void Anybody(AuthorizationOptions policies) => policies.AddPolicy(EdenCheckpointDefaults.AdminPolicy, policy => policy.RequireAssertion(_ => true));
        await using var server = await StartAsync(services: services =>
        {
            if (before)
            {
                services.Configure<AuthorizationOptions>(Anybody);
            }

            services.AddAuthentication().AddEdenCheckpoint();
            services.Configure<AuthorizationOptions>(Anybody);
        });

        Assert.That((await AskAsync(server, "/own/admin", WorkerId, "wrong")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_bearer_is_looked_up_once_a_request_although_the_scheme_and_the_endpoint_both_ask()
    {
        var hashes = new Mock<IWorkerCredentialHashes>();
        hashes.Setup(h => h.FindAsync(WorkerId, It.IsAny<CancellationToken>())).ReturnsAsync(s_worker.Hash);
        await using var server = await StartAsync(hashes.Object, services => services.AddAuthentication(EdenCheckpointDefaults.AuthenticationScheme).AddEdenCheckpoint());
        using var request = Request($"/v0/experiments/{Id}", WorkerId, s_worker.Token);

        using var answer = await server.Client.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        hashes.Verify(h => h.FindAsync(WorkerId, It.IsAny<CancellationToken>()), Times.Once);
    }

    private static Task<TestServer> StartAsync(IWorkerCredentialHashes? hashes = null, Action<IServiceCollection>? services = null)
    {
        if (hashes is null)
        {
            var known = new Mock<IWorkerCredentialHashes>();
            known.Setup(h => h.FindAsync(WorkerId, It.IsAny<CancellationToken>())).ReturnsAsync(s_worker.Hash);
            hashes = known.Object;
        }

        var store = new InMemoryCheckpointStore($$"""{"experiment_id":"{{Id}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""");
        return TestServer.StartAsync(
            options => options.Experiments.Add(new CheckpointExperiment(store) { WorkerCredentials = hashes }),
            services: services ?? (added => added.AddAuthentication().AddEdenCheckpoint()),
            map: application =>
            {
                application.MapGet("/own/admin", Describe).RequireAuthorization(EdenCheckpointDefaults.AdminPolicy);
                application.MapGet("/own/worker", Describe).RequireAuthorization(EdenCheckpointDefaults.WorkerPolicy);
            });
    }

    private static string Describe(HttpContext context) => $"{context.User.Identity?.Name} {context.User.FindFirst(ClaimTypes.Role)?.Value}";

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(TestServer server, string path, string principal, string secret)
    {
        using var request = Request(path, principal, secret);
        using var answer = await server.Client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static HttpRequestMessage Request(string path, string principal, string secret)
        => new(HttpMethod.Get, path) { Headers = { Authorization = principal.Length == 0 ? new("Basic", "eA==") : TestServer.Bearer(principal, secret) } };
}
