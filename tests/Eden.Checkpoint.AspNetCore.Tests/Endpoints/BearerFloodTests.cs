using System.Collections.Concurrent;
using System.Net;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Moq;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

/// <summary>Bad bearers in numbers, with real argon2id: whoever has a right one gets in all the same.</summary>
[TestFixture]
public class BearerFloodTests
{
    private const string Id = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string Ann = "wkr_01hqs3m4n5p6q7r8s9t0v1w2a1";
    private const string Bob = "wkr_01hqs3m4n5p6q7r8s9t0v1w2b2";
    private const string Native = $$"""{"experiment_id":"{{Id}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""";
    private const int Clients = 32;

    private readonly Dictionary<string, WorkerCredential> _workers = [];

    [OneTimeSetUp]
    public async Task IssueCredentials()
    {
        foreach (var worker in (string[])[Ann, Bob])
        {
            _workers.Add(worker, await new Argon2idCredentialIssuer().IssueAsync(worker));
        }
    }

    [TestCase(false, TestName = "A_flood_of_bearers_of_unknown_workers_locks_nobody_out")]
    [TestCase(true, TestName = "A_flood_of_wrong_tokens_of_one_worker_locks_no_other_out")]
    public async Task A_flood_locks_nobody_out(bool known)
    {
        var hashes = new Mock<IWorkerCredentialHashes>();
        hashes.Setup(h => h.FindAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string id, CancellationToken _) => _workers.GetValueOrDefault(id)?.Hash);
        await using var server = await TestServer.StartAsync(options =>
        {
            options.MaxQueuedVerifications = 4;
            options.Experiments.Add(new CheckpointExperiment(new InMemoryCheckpointStore(Native)) { WorkerCredentials = hashes.Object });
        });
        Assert.That(await AskAsync(server, Ann, _workers[Ann].Token), Is.EqualTo(HttpStatusCode.OK), "one worker is signed in before");
        var answers = new ConcurrentDictionary<HttpStatusCode, string?>();
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();

        var flood = Enumerable.Range(0, Clients).Select(FloodAsync).ToArray();
        await full.Task.WaitAsync(TimeSpan.FromMinutes(2));
        var signedIn = await AskAsync(server, Ann, _workers[Ann].Token);
        var fresh = await AskAsync(server, Bob, _workers[Bob].Token);
        using var admin = await server.ReadAsync(Id);
        using var export = await server.ExportAsync(Id);
        await stop.CancelAsync();
        await Task.WhenAll(flood);

        Assert.That(signedIn, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(fresh, Is.EqualTo(HttpStatusCode.OK), "a worker that signs in for the first time");
        Assert.That(admin.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(export.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answers.Keys, Is.SubsetOf(new[] { HttpStatusCode.Unauthorized, HttpStatusCode.ServiceUnavailable }));
        Assert.That(answers[HttpStatusCode.ServiceUnavailable], Is.EqualTo("30"), "Retry-After");

        async Task FloodAsync(int client)
        {
            const string alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
            while (!stop.IsCancellationRequested)
            {
                var worker = known ? Ann : "wkr_" + new string(Random.Shared.GetItems<char>(alphabet, 26));
                using var answer = await server.ReadAsync(Id, request => request.Headers.Authorization = TestServer.Bearer(worker, Guid.NewGuid().ToString("N")));
                answers[answer.StatusCode] = answer.Headers.TryGetValues("Retry-After", out var seconds) ? seconds.Single() : null;
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    full.TrySetResult();
                }
            }
        }
    }

    private static async Task<HttpStatusCode> AskAsync(TestServer server, string worker, string token)
    {
        using var answer = await server.ReadAsync(Id, request => request.Headers.Authorization = TestServer.Bearer(worker, token));
        return answer.StatusCode;
    }
}
