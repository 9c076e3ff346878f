using System.Net;
using System.Text.Json;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

/// <summary>Several experiments in one process: each route finds its own, and an import goes where the request says.</summary>
[TestFixture]
public class SeveralExperimentsTests
{
    private const string First = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string Second = "exp_01hqs3m4n5p6q7r8s9t0v1w2x4";
    private const string Third = "exp_01hqs3m4n5p6q7r8s9t0v1w2x5";

    private TestServer _server = null!;

    [SetUp]
    public async Task SetUp() => _server = await TestServer.StartAsync(options =>
    {
        options.Experiments.Add(Experiment(First));
        options.Experiments.Add(Experiment(Second));
    });

    [TearDown]
    public ValueTask TearDown() => _server.DisposeAsync();

    [TestCase(First)]
    [TestCase(Second)]
    public async Task Each_is_read_and_exported_by_its_own_id(string id)
    {
        using var read = await _server.ReadAsync(id);
        var archive = await _server.ExportedAsync(id);

        Assert.That((await Json.ReadAsync(read)).GetProperty("name").GetString(), Is.EqualTo($"named {id}"));
        using var record = JsonDocument.Parse(TarMembers.Read(archive)["checkpoint/experiment.json"]);
        Assert.That(record.RootElement.GetProperty("experiment_id").GetString(), Is.EqualTo(id));
    }

    [Test]
    public async Task Another_one_is_not_found_by_any_route()
    {
        using var read = await _server.ReadAsync(Third);
        using var export = await _server.ExportAsync(Third);
        using var import = await _server.ImportAsync("anything"u8.ToArray(), $"?as_experiment_id={Third}");

        await Problem.ReadAsync(read, HttpStatusCode.NotFound, "eden://error/not-found");
        await Problem.ReadAsync(export, HttpStatusCode.NotFound, "eden://error/not-found");
        await Problem.ReadAsync(import, HttpStatusCode.NotFound, "eden://error/not-found");
        Assert.That(_server.BodyReads, Is.Zero);
    }

    [Test]
    public async Task An_import_goes_to_the_one_that_is_named([Values("override", "header")] string by)
    {
        var archive = await _server.ExportedAsync(First);

        using var answer = await _server.ImportAsync(archive, by == "override" ? $"?as_experiment_id={Second}" : "", request =>
        {
            if (by == "header")
            {
                request.Headers.Add("X-Eden-Experiment-Id", Second);
            }
        });

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
        Assert.That((await Json.ReadAsync(answer)).GetProperty("experiment_id").GetString(), Is.EqualTo(Second));
        using var imported = await _server.ReadAsync(Second);
        using var other = await _server.ReadAsync(First);
        Assert.That((await Json.ReadAsync(imported)).GetProperty("imported_from").GetProperty("source_experiment_id").GetString(), Is.EqualTo(First));
        Assert.That((await Json.ReadAsync(other)).GetProperty("imported_from").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    private static CheckpointExperiment Experiment(string id) => new(new InMemoryCheckpointStore(
        $$$"""{"experiment_id":"{{{id}}}","state":"running","created_at":"2026-05-01T00:00:00Z","name":"named {{{id}}}","dispatch_mode":{"ideation_creation":"auto","execution_dispatch":"auto","evaluation_dispatch":"auto","integration":"auto"}}""")) { ExperimentId = id };
}
