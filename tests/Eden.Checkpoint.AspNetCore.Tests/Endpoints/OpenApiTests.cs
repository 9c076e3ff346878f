using System.Text.Json;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

/// <summary>What a host that generates an OpenAPI document says about the routes.</summary>
[TestFixture]
public class OpenApiTests
{
    private const string Id = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string Native = $$"""{"experiment_id":"{{Id}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""";

    private JsonElement _paths;

    [OneTimeSetUp]
    public async Task GenerateTheDocument()
    {
        await using var server = await TestServer.StartAsync(
            options => options.Experiments.Add(new CheckpointExperiment(new InMemoryCheckpointStore(Native))),
            "",
            services => services.AddOpenApi(),
            application => application.MapOpenApi());
        using var document = JsonDocument.Parse(await server.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        _paths = document.RootElement.GetProperty("paths").Clone();
    }

    [Test]
    public void There_are_the_three_routes_of_the_binding()
        => Assert.That(
            _paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name} {path.Name}")),
            Is.EquivalentTo(new[] { "post /v0/experiments/{experimentId}/checkpoint", "post /v0/checkpoints/import", "get /v0/experiments/{experimentId}" }));

    [TestCase("/v0/experiments/{experimentId}/checkpoint", "post", "ExportCheckpoint", "200 400 401 403 404 500 503", "experimentId format_version X-Eden-Experiment-Id")]
    [TestCase("/v0/checkpoints/import", "post", "ImportCheckpoint", "201 400 401 403 404 408 409 413 500 503", "as_experiment_id X-Eden-Experiment-Id")]
    [TestCase("/v0/experiments/{experimentId}", "get", "ReadExperiment", "200 400 401 404 500 503", "experimentId X-Eden-Experiment-Id")]
    public void A_route_tells_its_name_its_answers_and_its_parameters(string path, string method, string name, string statuses, string parameters)
    {
        var operation = _paths.GetProperty(path).GetProperty(method);

        Assert.Multiple(() =>
        {
            Assert.That(operation.GetProperty("operationId").GetString(), Is.EqualTo(name));
            Assert.That(operation.GetProperty("summary").GetString(), Is.Not.Empty);
            Assert.That(operation.GetProperty("description").GetString(), Is.Not.Empty);
            Assert.That(operation.GetProperty("responses").EnumerateObject().Select(response => response.Name), Is.EquivalentTo(statuses.Split(' ')));
            Assert.That(operation.GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()), Is.EquivalentTo(parameters.Split(' ')));
        });
    }

    [Test]
    public void Success_has_its_media_type_and_every_failure_is_a_problem()
    {
        Assert.That(MediaTypes(Success("/v0/experiments/{experimentId}/checkpoint", "post", "200")), Is.EqualTo(new[] { "application/x-eden-checkpoint+tar" }));
        Assert.That(MediaTypes(Success("/v0/checkpoints/import", "post", "201")), Is.EqualTo(new[] { "application/json" }));
        Assert.That(MediaTypes(Success("/v0/experiments/{experimentId}", "get", "200")), Is.EqualTo(new[] { "application/json" }));
        foreach (var response in _paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).SelectMany(operation => operation.Value.GetProperty("responses").EnumerateObject()))
        {
            if (response.Name[0] != '2')
            {
                Assert.That(MediaTypes(response.Value), Is.EqualTo(new[] { "application/problem+json" }), response.Name);
            }
        }

        JsonElement Success(string path, string method, string status) => _paths.GetProperty(path).GetProperty(method).GetProperty("responses").GetProperty(status);

        static IEnumerable<string> MediaTypes(JsonElement response) => response.GetProperty("content").EnumerateObject().Select(content => content.Name);
    }
}
