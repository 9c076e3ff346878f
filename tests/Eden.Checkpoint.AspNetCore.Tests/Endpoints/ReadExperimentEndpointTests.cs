using System.Net;
using System.Text;
using System.Text.Json;
using Eden.Checkpoint.AspNetCore.Endpoints;
using Eden.Checkpoint.AspNetCore.Tests.Kit;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

[TestFixture]
public class ReadExperimentEndpointTests
{
    private const string Id = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string Native = $$"""{"experiment_id":"{{Id}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""";

    [TestCase(Native)]
    [TestCase($$"""{"experiment_id":"{{Id}}","name":null,"state":"running","created_at":"2026-05-01T00:00:00Z","base_commit_sha":null,"imported_from":null}""")]
    public async Task A_native_experiment_shows_its_provenance_as_null_and_neither_a_name_nor_a_base_commit_that_it_does_not_have(string stored)
    {
        await using var server = await StartAsync(stored);

        using var answer = await server.ReadAsync(Id);

        var record = await Json.ReadAsync(answer);
        Assert.That(record.GetProperty("imported_from").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(record.TryGetProperty("name", out var _), Is.False);
        Assert.That(record.TryGetProperty("base_commit_sha", out var _), Is.False);
        Assert.That(record.GetProperty("experiment_id").GetString(), Is.EqualTo(Id));
    }

    [Test]
    public void What_is_there_stays_as_it_is()
    {
        const string record = """{"experiment_id":"e","name":"Ünï","imported_from":{"checkpoint_exported_at":"t","n":1e400},"base_commit_sha":"ab","unknown":[1.0,12345678901234567890]}""";

        Assert.That(Encoding.UTF8.GetString(ReadExperimentEndpoint.ToWire(Encoding.UTF8.GetBytes(record)).Span), Does.Contain("1e400").And.Contain("[1.0,12345678901234567890]"));
        using var wire = JsonDocument.Parse(ReadExperimentEndpoint.ToWire(Encoding.UTF8.GetBytes(record)));
        using var original = JsonDocument.Parse(record);
        Assert.That(JsonElement.DeepEquals(wire.RootElement, original.RootElement));
    }

    [TestCase("exp_01hqs3m4n5p6q7r8s9t0v1w2x9")]
    [TestCase("nonsense")]
    [TestCase("")]
    public async Task A_header_that_names_another_experiment_is_a_mismatch(string header)
    {
        await using var server = await StartAsync(Native);

        using var answer = await server.ReadAsync(Id, request => request.Headers.TryAddWithoutValidation("X-Eden-Experiment-Id", header));
        await Problem.ReadAsync(answer, HttpStatusCode.BadRequest, "eden://error/experiment-id-mismatch");
        using var unknown = await server.ReadAsync("exp_01hqs3m4n5p6q7r8s9t0v1w2x8", request => request.Headers.TryAddWithoutValidation("X-Eden-Experiment-Id", header));
        await Problem.ReadAsync(unknown, HttpStatusCode.BadRequest, "eden://error/experiment-id-mismatch");
        using var hidden = await server.ReadAsync(Id, request =>
        {
            request.Headers.Authorization = TestServer.Bearer("admin", "no");
            request.Headers.TryAddWithoutValidation("X-Eden-Experiment-Id", header);
        });
        await Problem.ReadAsync(hidden, HttpStatusCode.Unauthorized, "eden://error/unauthorized");
    }

    [Test]
    public async Task A_header_that_names_the_experiment_is_taken()
    {
        await using var server = await StartAsync(Native);

        using var answer = await server.ReadAsync(Id, request => request.Headers.Add("X-Eden-Experiment-Id", Id));

        Assert.That((await Json.ReadAsync(answer)).GetProperty("experiment_id").GetString(), Is.EqualTo(Id));
    }

    [Test]
    public async Task A_record_as_deep_as_the_limits_allow_is_shown()
    {
        var deep = new string('[', 120) + new string(']', 120);
        await using var server = await StartAsync($$"""{"experiment_id":"{{Id}}","state":"running","created_at":"2026-05-01T00:00:00Z","x":{{deep}}}""");

        using var answer = await server.ReadAsync(Id);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(deep));
    }

    [Test]
    public async Task An_unknown_experiment_is_not_found_after_authorisation_only()
    {
        await using var server = await StartAsync(Native);

        using var found = await server.ReadAsync("exp_01hqs3m4n5p6q7r8s9t0v1w2x9");
        await Problem.ReadAsync(found, HttpStatusCode.NotFound, "eden://error/not-found");
        using var hidden = await server.ReadAsync("exp_01hqs3m4n5p6q7r8s9t0v1w2x9", request => request.Headers.Authorization = TestServer.Bearer("admin", "no"));
        await Problem.ReadAsync(hidden, HttpStatusCode.Unauthorized, "eden://error/unauthorized");
    }

    [Test]
    public async Task A_prefix_comes_before_the_routes()
    {
        var store = new InMemoryCheckpointStore(Native);
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(new CheckpointExperiment(store)), "/eden");

        using var there = await server.SendAsync(HttpMethod.Get, $"/eden/v0/experiments/{Id}", null);
        using var elsewhere = await server.SendAsync(HttpMethod.Get, $"/v0/experiments/{Id}", null);

        Assert.That(there.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static Task<TestServer> StartAsync(string experiment)
        => TestServer.StartAsync(options => options.Experiments.Add(new CheckpointExperiment(new InMemoryCheckpointStore(experiment))));
}
